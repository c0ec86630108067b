/** A model on the Hub: `owner/name` at a branch, tag or commit. */
export interface HubReference {
  readonly id: string;
  readonly revision: string;
}

export const defaultRevision = 'main';

const idPattern = /^[A-Za-z0-9][\w.-]*\/[\w][\w.-]*$/;
const revisionPattern = /^[\w][\w./-]*$/;
const hubHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co']);
/** What else has two parts on the Hub's site and is no model. */
const otherPlaces = new Set(['datasets', 'spaces', 'docs', 'papers', 'collections', 'api', 'blog']);

const advice =
  'give an id such as HuggingFaceTB/SmolLM2-135M-Instruct, id@revision, or the address of its page';

/** No address of a model is longer; the rest of a pasted page would fill a message. */
const longestReference = 300;

/**
 * Reads `owner/name`, `owner/name@revision`, or the address of a model's page or of one of its files.
 * @throws saying what it takes instead
 */
export function parseModelReference(text: string): HubReference {
  const typed = text.trim().slice(0, longestReference);
  const isAddress = /^https?:\/\//i.test(typed) || /^(www\.)?(huggingface|hf)\.co\//i.test(typed);
  if (isAddress) return parseAddress(typed);
  const [id = '', ...revisions] = typed.split('@');
  if (revisions.length > 1) throw new Error(`${typed} has more than one "@"; ${advice}.`);
  return checked(id, revisions[0] ?? defaultRevision, typed);
}

/** As it is typed; the usual revision goes without saying. */
export function formatReference({ id, revision }: HubReference): string {
  return revision === defaultRevision ? id : `${id}@${revision}`;
}

function parseAddress(typed: string): HubReference {
  const address = typed.replace(/^(?!https?:)/i, 'https://');
  if (!URL.canParse(address)) throw new Error(`${typed} is no address; ${advice}.`);
  const { hostname, pathname } = new URL(address);
  if (!hubHosts.has(hostname)) throw new Error(`${hostname} is not the Hub; ${advice}.`);
  const [owner = '', name = '', place, ...rest] = decoded(pathname, typed).split('/').filter(Boolean);
  if (otherPlaces.has(owner)) throw new Error(`${typed} is not the page of a model; ${advice}.`);
  return checked(`${owner}/${name}`, revisionOf(place, rest) ?? defaultRevision, typed);
}

function decoded(path: string, typed: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Error(`${typed} is no address; ${advice}.`);
  }
}

/** What follows `/tree/`, `/blob/` or `/resolve/`; only `refs/pr/N` and `refs/convert/X` have slashes of their own. */
function revisionOf(place: string | undefined, rest: readonly string[]): string | undefined {
  if (!place || !['tree', 'blob', 'resolve', 'commit'].includes(place)) return undefined;
  return rest[0] === 'refs' ? rest.slice(0, 3).join('/') : rest[0];
}

function checked(id: string, revision: string, typed: string): HubReference {
  if (!idPattern.test(id)) throw new Error(`"${typed}" does not name a model; ${advice}.`);
  if (!revisionPattern.test(revision) || revision.includes('..'))
    throw new Error(`"${revision}" cannot be a revision of ${id}; give a branch, tag or commit.`);
  return { id, revision };
}
