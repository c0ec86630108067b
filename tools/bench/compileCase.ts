/**
 * Compiles the program of a case of the memory benchmark into a file, in a process of its own: what compiling leaves to
 * the garbage collector would be given back during the steps that are measured. Takes a `CompileCase` as JSON and prints
 * a `CompileResult` as JSON.
 */
import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import type { Recompute } from '../../src/autodiff/recompute.ts';
import { compileTrainingModel, type CompiledTraining } from '../../src/compileTrainingModel.ts';
import type { Dtype } from '../../src/engine/dtype.ts';
import { loadGraph } from '../../src/engine/loadModel.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import type { WeightFiles } from '../../src/runtime/device.ts';
import { timed } from './resident.ts';

export interface CompileCase {
  readonly folder: string;
  readonly dtype: Dtype;
  /** Tokens per row, all but the first supervised; one row per step. */
  readonly length: number;
  readonly recompute: Recompute;
  /** Rows whose logits exist at the same time; by default what the compiler takes. */
  readonly logitsChunk?: number;
  readonly rank: number;
  /** Where the program goes, as `CompiledCase`. */
  readonly program: string;
}

export interface CompileResult {
  readonly compileSeconds: number;
}

/** What the file holds, by V8's serialization. */
export interface CompiledCase {
  readonly program: CompiledTraining;
  readonly weights: WeightFiles;
}

async function compile({
  folder,
  dtype,
  length,
  recompute,
  logitsChunk,
  rank,
  program,
}: CompileCase): Promise<CompileResult> {
  const { decoder, weights } = await loadGraph(modelDirectory(folder), dtype);
  const lora = { kind: 'lora', targetModules: 'all-linear', rank, alpha: rank } as const;
  const shape = { batchSize: 1, sequenceLength: length, ...(logitsChunk && { logitsChunk }) };
  const [compiled, compileSeconds] = await timed(async () =>
    compileTrainingModel(decoder, lora, shape, { recompute }),
  );
  writeFileSync(program, serialize({ program: compiled, weights } satisfies CompiledCase));
  return { compileSeconds };
}

console.log(JSON.stringify(await compile(JSON.parse(process.argv[2] ?? '{}') as CompileCase)));
