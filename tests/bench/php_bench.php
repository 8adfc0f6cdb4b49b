<?php

// What the PHP package adds to a token that is at hand: php php_bench.php LIBRARY [CALLS]. In µs of the processor's time, the best
// of five rounds, beside the same two calls of the C ABI through bare FFI.

declare(strict_types=1);

putenv('PGIAM_LIBRARY=' . realpath($argv[1]));
putenv('AWS_ACCESS_KEY_ID=AKIDEXAMPLE');
putenv('AWS_SECRET_ACCESS_KEY=secret');
require __DIR__ . '/../../bindings/php/autoload.php';

use Pgiam\Internal\Library;
use Pgiam\Internal\Options;
use Pgiam\Internal\Request;

const HOST = 'orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com';
$calls = (int) ($argv[2] ?? 20000);

function spent(): float
{
    $used = getrusage();
    return $used['ru_utime.tv_sec'] * 1e6 + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_sec'] * 1e6 + $used['ru_stime.tv_usec'];
}

function cost(callable $call, int $calls): float
{
    $best = INF;
    for ($round = 0; $round < 5; $round++) {
        $start = spent();
        for ($i = 0; $i < $calls; $i++) {
            $call();
        }
        $best = min($best, (spent() - $start) / $calls);
    }
    return $best;
}

$context = new Pgiam\Context(reuseSeconds: 900);
$took = cost(fn () => FFI::cdef(Pgiam\Internal\Abi::DECLARATIONS, getenv('PGIAM_LIBRARY')), 20);
printf("cdef     %6.0f µs, once in each request of a web server: PHP reads the declarations anew\n", $took);

$ffi = Library::ffi();
$request = new Request(HOST, null, 'app', [], [], null, new Options([]));
$out = Library::cell('pgiam_reply *');
$context->token(host: HOST, user: 'app');
$floor = cost(function () use ($ffi, $context, $request, $out): void {
    if ($ffi->pgiam_before_connect($context->open(), $request->quick, $out, null) === 0) { // else the keys are looked for anew
        $ffi->pgiam_reply_free($out[0]);
    }
}, $calls);
foreach (['token', 'answer'] as $name) {
    $took = cost(fn () => $context->{$name}(host: HOST, user: 'app'), $calls);
    printf("%-8s %6.2f µs, %6.2f more than the calls themselves (%.2f)\n", $name, $took, $took - $floor, $floor);
}
