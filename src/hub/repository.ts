import { isJsonObject } from '../jsonValue.ts';
import type { HubReference } from './modelReference.ts';

/** A file as the Hub lists it. */
export interface HubFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Hexadecimal; large files have it. */
  readonly sha256?: string;
  /** Git's SHA-1 of a small file: of its bytes behind the words `blob <size>` and a zero. */
  readonly gitHash?: string;
}

/** What the Hub says of a model. */
export interface Repository {
  readonly id: string;
  /** As it was asked for. */
  readonly revision: string;
  /** What the revision stands for now; files are fetched by it, so that none changes on the way. */
  readonly commit: string;
  readonly files: readonly HubFile[];
  readonly license: string | null;
  readonly isGated: boolean;
  /** Parameters of the PyTorch weights, where the repository has such. */
  readonly parameters: number | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads the answer of `/api/models/<id>/revision/<revision>?blobs=true`. @throws when it is not such an answer */
export function parseRepository(answer: unknown, { id, revision }: HubReference): Repository {
  const { sha, siblings, cardData, tags, gated, safetensors } = objectOf(answer);
  if (typeof sha !== 'string' || !/^\w+$/.test(sha) || !Array.isArray(siblings))
    throw new Error(`The Hub's answer for ${id} cannot be read; check its address.`);
  const total = objectOf(safetensors)['total'];
  return {
    id,
    revision,
    commit: sha,
    files: siblings.flatMap(readFile),
    license: licenseOf(objectOf(cardData), Array.isArray(tags) ? tags : []),
    isGated: gated !== undefined && gated !== false,
    parameters: isSize(total) ? total : null,
  };
}

const objectOf = (value: unknown): Json => (isJsonObject(value) ? value : {});

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function readFile(entry: unknown): HubFile[] {
  const { rfilename: path, size, blobId, lfs } = objectOf(entry);
  if (typeof path !== 'string' || !isSize(size)) return [];
  const { sha256 } = objectOf(lfs);
  if (typeof sha256 === 'string') return [{ path, size, sha256 }];
  return [{ path, size, ...(typeof blobId === 'string' && { gitHash: blobId }) }];
}

/** "other" is what the card says where the licence has a name and text of its own. */
function licenseOf(card: Json, tags: readonly unknown[]): string | null {
  const { license, license_name: name } = card;
  const tag = tags.find((entry) => typeof entry === 'string' && entry.startsWith('license:'));
  const stated = [license].flat().filter((entry) => typeof entry === 'string');
  if (stated[0] === 'other' && typeof name === 'string') return name;
  return stated.length > 0
    ? stated.join(', ')
    : ((tag as string | undefined)?.slice('license:'.length) ?? null);
}
