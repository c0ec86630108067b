import type { ElementType, Model, ModelNode, ValueInfo } from '../graph/model.ts';
import type { Device, DeviceTensor, Feeds, PortMetadata, Session } from '../runtime/device.ts';
import { cacheInputs, timeAxisOf, type Cache } from './cache.ts';
import { intAttribute, standardNode } from './modelPieces.ts';

/** Which rows of a batch's cache to take, in which order, and to what length. */
export interface RowChoice {
  readonly cache: Cache;
  readonly rows: readonly number[];
  /** Positions in the cache. */
  readonly length: number;
}

/** The two graphs of `openCacheRows`; both are the caller's to dispose. */
export interface CacheRowsSessions {
  readonly kept: Session;
  readonly joined: Session;
}

/** Opens a session for a graph without weights, its outputs left on the device. */
export type OpenGraph = (graph: Model, label: string) => Promise<Session>;

/**
 * Takes rows out of caches and puts new ones beside them, on the device: rows are gathered, cut or filled up on the left
 * to a common length, and concatenated. What fills is never read, for the mask hides it; it only has to be finite, so
 * it repeats the first position.
 */
export class CacheRows {
  readonly #device: Device;
  readonly #sessions: CacheRowsSessions;

  constructor(device: Device, sessions: CacheRowsSessions) {
    this.#device = device;
    this.#sessions = sessions;
  }

  /** Some rows of one cache at `length` positions. The caller disposes the result, and the old cache. */
  keep(choice: RowChoice, length: number): Promise<Cache> {
    return this.#sessions.kept.run(this.#feeds('kept', choice, length));
  }

  /** Rows of two caches, the second's after the first's, at `length` positions. The caller disposes all three. */
  join(first: RowChoice, second: RowChoice, length: number): Promise<Cache> {
    return this.#sessions.joined.run({
      ...this.#feeds('kept', first, length),
      ...this.#feeds('fresh', second, length),
    });
  }

  #feeds(part: Part, { cache, rows, length: from }: RowChoice, to: number): Feeds {
    const columns = Array.from({ length: to }, (_, i) => Math.max(0, i + from - to));
    const feeds: Record<string, DeviceTensor> = {
      [`${part}/rows`]: this.#int64(rows),
      [`${part}/columns`]: this.#int64(columns),
    };
    for (const [name, tensor] of Object.entries(cache)) feeds[`${part}/${name}`] = tensor;
    return feeds;
  }

  #int64(values: readonly number[]): DeviceTensor {
    return this.#device.hostTensor(BigInt64Array.from(values, BigInt), [values.length]);
  }
}

/**
 * Opens the graphs that exchange rows in the cache of a generation session; `null` when its cache has an axis that is
 * neither rows, nor positions, nor fixed.
 */
export async function openCacheRows(
  decoder: Pick<Session, 'inputMetadata'>,
  open: OpenGraph,
): Promise<CacheRowsSessions | null> {
  const ports = cacheInputs(decoder);
  if (ports.length === 0 || ports.some((port) => timeAxisOf(port) === undefined)) return null;
  const kept = await open(rowsGraph(ports, ['kept']), 'graph that keeps cache rows');
  try {
    return { kept, joined: await open(rowsGraph(ports, ['kept', 'fresh']), 'graph that joins cache rows') };
  } catch (error) {
    await kept.dispose();
    throw error;
  }
}

type Part = 'kept' | 'fresh';

/** For every cache: its rows from each of `parts`, one after the other. Outputs are named like the cache inputs. */
export function rowsGraph(ports: readonly PortMetadata[], parts: readonly Part[]): Model {
  const indices = parts.flatMap((part) => [
    vector(`${part}/rows`),
    // A cache of convolutions alone has no positions, but is fed alike.
    vector(`${part}/columns`),
  ]);
  const caches = parts.flatMap((part) => ports.map((port) => cacheInfo(port, `${part}/${port.name}`)));
  return {
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'cache rows',
      nodes: ports.flatMap((port) => rowNodes(port, parts)),
      inputs: [...indices, ...caches],
      outputs: ports.map((port) => cacheInfo(port, port.name)),
      initializers: [],
      valueInfos: [],
    },
  };
}

function rowNodes(port: PortMetadata, parts: readonly Part[]): ModelNode[] {
  const axis = timeAxisOf(port);
  const chosen = parts.map((part) => {
    const [from, rows] = [`${part}/${port.name}`, `${part}/${port.name}/rows`];
    const gather = standardNode('Gather', rows, [from, `${part}/rows`], intAttribute('axis', 0));
    if (typeof axis !== 'number') return [gather];
    const columns = [rows, `${part}/columns`];
    return [gather, standardNode('Gather', `${rows}/columns`, columns, intAttribute('axis', axis))];
  });
  const ends = chosen.map((nodes) => nodes.at(-1)?.name ?? '');
  const concat = standardNode('Concat', `${port.name}/joined`, ends, intAttribute('axis', 0));
  return [...chosen.flat(), { ...concat, outputs: [port.name] }];
}

const vector = (name: string): ValueInfo => ({ name, elementType: 'int64', shape: [name] });

function cacheInfo({ type, shape = [] }: PortMetadata, name: string): ValueInfo {
  const dims = shape.map((dim, axis) => (typeof dim === 'number' && dim >= 0 ? dim : `${name}/${axis}`));
  return { name, elementType: type as ElementType, shape: axisZeroFree(dims, name) };
}

/** Rows are free even where an export fixes their number. */
const axisZeroFree = (dims: readonly (number | string)[], name: string) =>
  dims.map((dim, axis) => (axis === 0 ? `${name}/0` : dim));
