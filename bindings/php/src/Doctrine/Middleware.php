<?php

declare(strict_types=1);

namespace Pgiam\Doctrine;

use Doctrine\DBAL\Driver as DriverInterface;
use Doctrine\DBAL\Driver\Middleware as MiddlewareInterface;
use Pgiam\Internal\Connector;

/**
 * Doctrine DBAL 3.3 and later, over pdo_pgsql or pgsql:
 *
 *     $configuration->setMiddlewares([new Pgiam\Doctrine\Middleware(profile: 'prod')]);
 */
final class Middleware implements MiddlewareInterface
{
    private Connector $connector;

    /** @param mixed ...$pgiam pgiam's options by name, and `credentials`, `credentialsIdentity`, `context` */
    public function __construct(#[\SensitiveParameter] mixed ...$pgiam)
    {
        $this->connector = new Connector($pgiam);
    }

    public function wrap(DriverInterface $driver): DriverInterface
    {
        return new Driver($driver, $this->connector);
    }
}
