/** pgiam's options, each in this spelling; README.md of the project tells what they mean. */
export interface Options {
  profile?: string;
  region?: string;
  signingHost?: string;
  signingPort?: number | string;
  target?: 'auto' | 'rds' | 'dsql' | 'off';
  force?: boolean | 'yes' | 'no';
  roleArn?: string;
  externalId?: string;
  roleSessionName?: string;
  durationSeconds?: number;
  mfaSerial?: string;
  tls?: 'require' | 'verify-full' | 'off';
  sslrootcert?: string;
  timeoutMs?: number;
  reuseSeconds?: number;
  cache?: 'shared' | 'memory' | 'none';
  passwordFile?: string;
  pgpass?: string;
  log?: 'off' | 'error' | 'warn' | 'info' | 'debug';
  /** Those of a newer library, too. */
  [option: string]: unknown;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
  accountId?: string;
}

/** Credentials, or what gives them: a provider of AWS SDK v3. */
export type CredentialsSource = Credentials | (() => Credentials | Promise<Credentials>);

export interface Request extends Options {
  /** What psql takes; host, port and user win over it. */
  conninfo?: string;
  connectionString?: string;
  host?: string;
  port?: number | string;
  user?: string;
  database?: string;
  /** What the connection would use without pgiam. One that is given wins: NOT_APPLICABLE. */
  password?: string;
  sslmode?: string;
  /** As node-postgres has it; false is an error. */
  ssl?: boolean | object | string;
  credentials?: CredentialsSource;
  /** Whom they belong to: what they give is kept under this name. By itself: the function. */
  credentialsIdentity?: string;
  signal?: AbortSignal;
  context?: Context;
  /** Which of libpq's keywords the caller sets from `params`; "*": all. */
  canApply?: string;
}

/** What to show a person. */
export interface Prompt {
  kind: 'device_login' | 'mfa_code' | 'close';
  id: number;
  title: string;
  subject: string;
  url: string;
  urlComplete: string;
  userCode: string;
  expiresInMs?: number;
  retry: boolean;
  finalTry: boolean;
}

export interface LogEntry {
  level: 'error' | 'warn' | 'info' | 'debug';
  component: string;
  message: string;
}
export interface LogObject {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

export interface ContextOptions extends Options {
  /** Answers with the code; nothing is "shown", false "declined". Without it nobody is asked. */
  prompt?: (prompt: Prompt) => unknown;
  /** In place of process.emitWarning; a function, or console and its like. */
  logger?: ((entry: LogEntry) => void) | LogObject;
}

/** One of your own, for this thread. */
export class Context {
  constructor(options?: ContextOptions);
  /** The password to connect with now. Ask again for every connection: it lives for 15 minutes. */
  token(request: Request): Promise<string>;
  token(conninfo: string, request?: Request): Promise<string>;
  answer(request: Request): Promise<Answer>;
  answer(conninfo: string, request?: Request): Promise<Answer>;
  /** Ends it: what waits is cancelled, and more calls are errors. */
  close(): void;
}

/** A token and what is known about it. Inspection and JSON show no secret. */
export class Answer {
  private constructor();
  readonly token: string;
  /** A connection must start before this; null: unknown. */
  readonly expiresAt: Date | null;
  readonly credentialsExpireAt: Date | null;
  /** The endpoint that the token is for. */
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly provider: string;
  readonly principal: string;
  readonly target: string;
  readonly rule: string;
  readonly fromCache: boolean;
  /** What a person should know although it worked. */
  readonly warnings: PgiamError[];
  /** libpq's keywords to set over one's own; `password`, which spreading leaves out, among them. */
  readonly params: { readonly [keyword: string]: string };
}

export type Status =
  | 'NOT_APPLICABLE' | 'INTERNAL' | 'NO_MEMORY' | 'INVALID_ARGUMENT' | 'INVALID_STATE' | 'UNSUPPORTED' | 'TARGET' | 'INSECURE'
  | 'NO_CREDENTIALS' | 'LOGIN_REQUIRED' | 'LOGIN_DECLINED' | 'DENIED' | 'BAD_CONFIG' | 'NETWORK' | 'TIMEOUT' | 'CANCELLED'
  | 'THROTTLED' | 'BAD_RESPONSE' | 'WOULD_BLOCK' | 'CONNECT';

/** Why there is no token, or what a refused connection means. None of its texts holds a secret. */
export class PgiamError extends Error {
  constructor(status: Status, message: string, facts?: Partial<PgiamError>);
  readonly status: Status;
  /** What to do next; "" if nothing is known. */
  readonly hint: string;
  /** For programs, never renamed: "no_rds_iam"; "" where the status says it all. */
  readonly code: string;
  /** What to type, best first. */
  readonly commands: string[];
  /** Each source that was tried, or what may be behind a refusal. */
  readonly causes: PgiamError[];
  /** The same call may succeed later, and not before so many milliseconds (0: not known). */
  readonly retryable: boolean;
  readonly retryAfterMs: number;
  readonly evidence: string;
  readonly provider: string;
  readonly remote: string;
  readonly sqlstate: string;
  /** All of it for a person, in lines. */
  readonly explanation: string;
  /** Of what toJSON gave, in another thread or process. */
  static from(facts: object): PgiamError;
  toJSON(): object;
}

/** Context.token of this thread's own context. */
export function token(request: Request): Promise<string>;
export function token(conninfo: string, request?: Request): Promise<string>;
export function answer(request: Request): Promise<Answer>;
export function answer(conninfo: string, request?: Request): Promise<Answer>;
export function defaultContext(): Context;
/** Of the library that was found. */
export function libraryVersion(): string;
/**
 * What drivers take as `password`: `new pg.Pool({…, ssl: pgiam.ssl(where), password: pgiam.password()})`, where pg 8.19 and later hand their parameters
 * over. For drivers that hand over nothing: `pgiam.password({host, port, user})`.
 */
export function password(request?: Request): (parameters?: unknown) => Promise<string>;

/**
 * What drivers take as `ssl`: verified once `pgiam ca install` was run, or where options ask for it; else TLS alone. undefined where the host is
 * not ours. Throws where the options cannot be. Reads the certificates now: a pool that lives goes on with them.
 */
export function ssl(request?: Request): { ca?: string; rejectUnauthorized?: boolean; checkServerIdentity?: () => undefined } | undefined;

/** For node-postgres, without which pgiam goes as well. */
export const pg: {
  /**
   * new Client(config), connected: TLS is set where nobody said anything, an alias is dialled by the endpoint's own name, a kept token that
   * is refused is made anew once, and a refusal is explained. config: the driver's, with pgiam's options and `credentials` beside it.
   */
  connect<Client extends { connect(): Promise<unknown> }>(
    client: new (config: any) => Client,
    config: Options & { credentials?: CredentialsSource; context?: Context },
  ): Promise<Client>;
};
