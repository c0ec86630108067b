import type { Device, DeviceTensor, Feeds, Session } from '../runtime/device.ts';
import { discard } from '../runtime/discard.ts';
import type { PieceWeights } from './pieceWeights.ts';
import type { StreamedPiece } from './streamedProgram.ts';

/** What pieces are run for. */
export interface PieceRun {
  readonly pieces: readonly StreamedPiece[];
  /** How errors call the whole. */
  readonly label: string;
  readonly feeds: Feeds;
  /** The batch's tokens, [B·T]. */
  readonly tokens: BigInt64Array;
  /** Names of the outputs to hand out. */
  readonly wanted: readonly string[];
}

/**
 * Runs pieces one after another, each in a session that exists only meanwhile. The next piece's weights are read while
 * one computes; sessions are created in turn, since both onnxruntime packages do one thing at a time. What pieces pass on
 * lies in ordinary memory, because tensors on a device do not outlive the session that made them.
 */
export async function runPieces(
  device: Device,
  weights: PieceWeights,
  run: PieceRun,
): Promise<Record<string, DeviceTensor>> {
  const { pieces, tokens } = run;
  weights.reserve(pieces);
  const passed = new Map<string, DeviceTensor>();
  let reading = weights.read(pieces[0]!, tokens);
  try {
    for (const [i, piece] of pieces.entries()) {
      await reading;
      const label = `${run.label}, piece ${i + 1} of ${pieces.length}`;
      const source = { graph: piece.graph, weights: weights.filesFor(piece) };
      const session = await device.createSession(source, { label, isLean: true });
      reading = i + 1 < pieces.length ? weights.read(pieces[i + 1]!, tokens) : Promise.resolve();
      reading.catch(() => undefined);
      const needed = new Set([...pieces.slice(i + 1).flatMap(({ inputs }) => inputs), ...run.wanted]);
      await runPiece(session, piece, run, passed, needed);
      disposeExcept(passed, needed);
    }
    const results = run.wanted.map((name) => [name, passed.get(name)!] as const);
    results.forEach(([name]) => passed.delete(name));
    return Object.fromEntries(results);
  } finally {
    // Nothing may be written into the buffer of a run that is over.
    await reading.catch(() => undefined);
    disposeExcept(passed, new Set());
  }
}

/** Runs one piece, adds what later ones need to `passed`, and releases its session. */
async function runPiece(
  session: Session,
  piece: StreamedPiece,
  { feeds }: PieceRun,
  passed: Map<string, DeviceTensor>,
  needed: ReadonlySet<string>,
): Promise<void> {
  try {
    const inputs: Feeds = { ...feeds, ...Object.fromEntries(passed) };
    const outputs = await session.run(
      Object.fromEntries(piece.inputs.map((name) => [name, inputs[name]!])),
      piece.outputs.filter((name) => needed.has(name)),
    );
    for (const [name, tensor] of Object.entries(outputs)) passed.set(name, tensor);
  } finally {
    await session.dispose();
  }
}

function disposeExcept(tensors: Map<string, DeviceTensor>, needed: ReadonlySet<string>): void {
  for (const [name, tensor] of tensors) {
    if (needed.has(name)) continue;
    discard(tensor);
    tensors.delete(name);
  }
}
