<?php

declare(strict_types=1);

namespace Pgiam\Doctrine;

use Doctrine\DBAL\Driver\Exception;
use Pgiam\Error;

/**
 * A connection that failed, as DBAL takes it from its drivers: it becomes a ConnectionException. The Pgiam\Error is its previous.
 */
final class Failure extends \RuntimeException implements Exception
{
    public function __construct(Error $error)
    {
        parent::__construct((string) $error, $error->getCode(), $error);
    }

    public function getSQLState(): ?string
    {
        return '08006';
    }
}
