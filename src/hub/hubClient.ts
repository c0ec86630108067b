import { parseRepository, type Repository } from './repository.ts';
import type { HubReference } from './modelReference.ts';

export interface HubOptions {
  /** Where the Hub is, without a slash at the end; a mirror or a test's server otherwise. */
  readonly endpoint?: string;
  /** An access token, for models that only some accounts may read. */
  readonly token?: string;
  /** Pauses in milliseconds after which a failed request is made again. */
  readonly pauses?: readonly number[];
}

/** What a request is about, for its errors. */
interface Subject extends HubReference {
  readonly path?: string;
}

interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export const hubEndpoint = 'https://huggingface.co';

const usualPauses = [500, 1000, 2000, 4000, 8000];
const longestPause = 60_000;

/** Requests to the Hub, repeated where that helps. Every failure is one sentence. */
export class HubClient {
  readonly endpoint: string;
  readonly #token: string | undefined;
  readonly #pauses: readonly number[];

  constructor({ endpoint = hubEndpoint, token, pauses = usualPauses }: HubOptions = {}) {
    this.endpoint = endpoint.replace(/\/+$/, '');
    this.#token = token;
    this.#pauses = pauses;
  }

  /** Everything that is known of a model before any of its files is downloaded. */
  async repository(reference: HubReference, signal?: AbortSignal): Promise<Repository> {
    const { id, revision } = reference;
    const url = `${this.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
    const response = await this.#request(url, reference, { signal });
    return parseRepository(await response.json().catch(() => null), reference);
  }

  /** A small text file of a model. */
  async text({ id, commit }: Repository, path: string, signal?: AbortSignal): Promise<string> {
    const response = await this.file({ id, revision: commit, path }, { signal });
    return response.text();
  }

  /** A file, or with a `Range` header a part of it. Answers 200, 206 or 416. */
  file(subject: Required<Subject>, options: RequestOptions): Promise<Response> {
    const path = subject.path.split('/').map(encodeURIComponent).join('/');
    const url = `${this.endpoint}/${subject.id}/resolve/${encodeURIComponent(subject.revision)}/${path}`;
    return this.#request(url, subject, options);
  }

  /** Waits before attempt `attempt` + 1. Returns false when there is to be none. */
  async pause(attempt: number, signal?: AbortSignal, atLeast = 0): Promise<boolean> {
    const pause = this.#pauses[attempt];
    if (pause === undefined) return false;
    await delay(Math.min(Math.max(pause, atLeast), longestPause), signal);
    return true;
  }

  /** The sentence for a connection that failed. */
  unreachable(cause: unknown): Error {
    const { host } = new URL(this.endpoint);
    return new Error(
      `${host} cannot be reached; check the connection and try again. Downloads go on where they stopped.`,
      {
        cause,
      },
    );
  }

  async #request(url: string, subject: Subject, { signal, headers = {} }: RequestOptions): Promise<Response> {
    // Fetch leaves the token out when it follows a redirect to another host.
    const all = { ...headers, ...(this.#token && { Authorization: `Bearer ${this.#token}` }) };
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(url, { headers: all, cache: 'no-store', ...(signal && { signal }) }).catch(
        (error: unknown) => {
          signal?.throwIfAborted();
          return error as Error;
        },
      );
      if (!(answer instanceof Error) && (answer.ok || answer.status === 416)) return answer;
      if (!(answer instanceof Error)) {
        const failure = failureOf(answer, subject, this.endpoint);
        if (!isTemporary(answer) || !(await this.pause(attempt, signal, retryAfter(answer)))) throw failure;
      } else if (!(await this.pause(attempt, signal))) throw this.unreachable(answer);
    }
  }
}

const isTemporary = ({ status }: Response): boolean => status === 429 || status === 408 || status >= 500;

/** Milliseconds that the server asks to be left alone for. */
const retryAfter = ({ headers }: Response): number => (Number(headers.get('Retry-After')) || 0) * 1000;

/** One sentence for an answer that is no success; the Hub says in a header which kind it is. */
function failureOf({ status, headers }: Response, subject: Subject, endpoint: string): Error {
  const { id, revision, path } = subject;
  const code = headers.get('X-Error-Code');
  if (code === 'GatedRepo' || status === 403)
    return new Error(
      `${id} is gated: only accounts that accepted its terms at ${endpoint}/${id} may download it. In a terminal, set HF_TOKEN to the token of such an account.`,
    );
  if (code === 'RevisionNotFound')
    return new Error(`${id} has no revision ${revision}; give a branch, tag or commit of it.`);
  if (code === 'EntryNotFound' || (status === 404 && path !== undefined))
    return new Error(
      `${id} has no file ${path ?? ''} at revision ${revision}; choose another model or revision.`,
    );
  if (status === 401 || status === 404)
    return new Error(`There is no public model ${id} on the Hub; check the spelling.`);
  if (status === 429)
    return new Error('The Hub refuses more requests for now (status 429); try again in a few minutes.');
  return new Error(
    `The Hub answered with status ${status} for ${[id, path].filter(Boolean).join('/')}; try again later.`,
  );
}

function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}
