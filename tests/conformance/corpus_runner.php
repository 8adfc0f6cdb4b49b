<?php

// The corpus through the PHP package; see corpus/README.md.

declare(strict_types=1);

require __DIR__ . '/../../bindings/php/autoload.php';

use Pgiam\Internal\Attempt;
use Pgiam\Internal\Options;
use Pgiam\Internal\Request;

/** What the program of a case does when it is asked for its credentials, or a person for a word. */
final class Asked
{
    public ?Pgiam\Operation $cancels = null;
    public bool $wasAsked = false;

    public function __construct(private array $given, private bool $isPerson = false)
    {
    }

    public function __invoke(): mixed
    {
        $this->wasAsked = true;
        $this->cancels?->cancel();
        if (isset($this->given['never'])) {
            sleep(1); // a function that has not returned when its time is over
        }
        if (isset($this->given['declines'])) {
            throw new Pgiam\Error($this->given['status'], $this->given['declines']);
        }
        $values = $this->given['values'] ?? [];
        return $this->isPerson ? $values['answer'] ?? null : $values;
    }
}

function run(array $case): array
{
    $request = $case['request'];
    if ($case['call'] === 'conninfo') {
        return ['keywords' => (object) Request::parse($request['conninfo'])];
    }
    $person = isset($case['person']) ? new Asked($case['person'], true) : null;
    $context = new Pgiam\Context($person, null, ...$case['context'] ?? []);
    $credentials = isset($request['credentials']) ? new Asked($request['credentials']) : null;
    if (isset($case['warm'])) {
        follow($context, $request, $credentials, [[]]);
    }
    if ($case['call'] === 'attempt') {
        return follow($context, $request, $credentials, $case['outcomes']);
    }
    return ['answer' => described(answer($context, $request, $credentials, isset($case['cancel'])))];
}

function answer(Pgiam\Context $context, array $request, ?Asked $credentials, bool $cancels): Pgiam\Answer
{
    $named = ['conninfo' => null, 'host' => null, 'port' => null, 'user' => null];
    $options = [...$request['keywords'] ?? [], ...$request['options'] ?? []];
    if (isset($request['can_apply'])) {
        $options['canApply'] = $request['can_apply'];
    }
    if (isset($request['password'])) {
        $options['password'] = $request['password'];
    }
    $arguments = [...array_filter([...array_intersect_key($options, $named), ...array_intersect_key($request, $named)],
        fn ($value) => $value !== null), ...array_diff_key($options, $named)];
    if (!$cancels) {
        return $context->answer(...$arguments, credentials: $credentials);
    }
    $operation = $context->start(...$arguments, credentials: $credentials);
    if ($credentials->wasAsked) {
        $operation->cancel();
    }
    $credentials->cancels = $operation;
    return $operation->answer();
}

function described(Pgiam\Answer $answer): array
{
    $milliseconds = (int) $answer->expiresAt?->format('U') * 1000;
    return [
        'host' => $answer->host, 'port' => $answer->port, 'region' => $answer->region, 'provider' => $answer->provider,
        'target' => $answer->target, 'rule' => $answer->rule, 'token' => $answer->token, 'params' => (object) $answer->params->toArray(),
        'expires_at_ms' => $milliseconds, 'warnings' => $answer->facts()['warnings'],
    ];
}

/** An attempt as the drivers' helpers make them, with the case's outcomes in the place of a driver. */
function follow(Pgiam\Context $context, array $request, ?Asked $credentials, array $outcomes): array
{
    $connects = [];
    try {
        $attempt = new Attempt($context, $request['keywords'], new Options($request['options'] ?? []), $request['can_apply'], $credentials);
        while (($apply = $attempt->next()) !== null) {
            $connects[] = (object) $apply;
            if (count($connects) > count($outcomes)) {
                return ['done' => false, 'connects' => $connects];
            }
            $told = $outcomes[count($connects) - 1];
            $attempt->report($told['message'] ?? null, $told['sqlstate'] ?? null);
        }
        return ['done' => true, 'connects' => $connects];
    } catch (Pgiam\Error $error) {
        return ['error' => $error->facts(), 'connects' => $connects];
    }
}

while (($line = fgets(STDIN)) !== false) {
    try {
        $result = run(json_decode($line, true, 512, JSON_THROW_ON_ERROR));
    } catch (Pgiam\Error $error) {
        $result = ['error' => $error->facts()];
    }
    echo json_encode($result, JSON_THROW_ON_ERROR), "\n";
}
