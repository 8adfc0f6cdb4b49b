<?php

declare(strict_types=1);

namespace Pgiam\Internal;

// Who catches what PDO throws, as frameworks do, catches ours as well.
if (\class_exists(\PDOException::class)) {
    /** @internal */
    abstract class ErrorBase extends \PDOException
    {
    }
} else {
    /** @internal */
    abstract class ErrorBase extends \RuntimeException
    {
    }
}
