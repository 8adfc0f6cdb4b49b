<?php

// What the tests' programs share.

declare(strict_types=1);

require __DIR__ . '/../../../bindings/php/autoload.php';

const HOST = 'orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com';

/** A line of JSON for the test. */
function tell(mixed $value): void
{
    echo json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
}

/** What an error of pgiam's says; what it was instead where it is none. */
function refusal(callable $work): array
{
    try {
        $work();
    } catch (Pgiam\Error $error) {
        $previous = $error->getPrevious();
        return $error->facts() + ['text' => (string) $error, 'previous' => $previous ? get_class($previous) : null];
    } catch (Throwable $other) {
        return ['class' => get_class($other), 'message' => $other->getMessage()];
    }
    return ['class' => null];
}

/** As an application does that got a connection whose server is gone. */
function untilItWorks(callable $work): mixed
{
    for ($i = 0; $i < 20; $i++) {
        try {
            return $work();
        } catch (PDOException) {
        }
    }
    return $work();
}

/** Threads, descriptors and bytes of this process. */
function held(): array
{
    $pages = (int) explode(' ', file_get_contents('/proc/self/statm'))[1];
    return [count(scandir('/proc/self/task')) - 2, count(scandir('/proc/self/fd')) - 3, $pages * 4096];
}

function until(callable $condition): void
{
    for ($end = microtime(true) + 120; !$condition();) {
        if (microtime(true) > $end) {
            throw new Exception('the condition did not come true');
        }
        usleep(10000);
    }
}
