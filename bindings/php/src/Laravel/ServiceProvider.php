<?php

declare(strict_types=1);

namespace Pgiam\Laravel;

use Illuminate\Support\ServiceProvider as Provider;

/**
 * Puts pgiam's connector in the place of Laravel's own for the driver "pgsql". Composer's package discovery registers it.
 */
class ServiceProvider extends Provider
{
    public function register(): void
    {
        $this->app->bind('db.connector.pgsql', PostgresConnector::class);
    }
}
