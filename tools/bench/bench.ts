/**
 * Command: measures what training takes: time, `npm run bench -- step [--models A,B] [--devices cpu,wasm,webgpu]`; memory, `npm run bench -- memory [--models A,B] [--lengths 256,512] [--steps 3] [--out DIR]`
 * and, with the weights streamed from disk, `npm run bench -- streaming [--model A] [--budget 300] [--length 256]`; and how
 * fast prompts are read and answers written, `npm run bench -- generation [--part prompts,run] [--model A] [--tasks 300] [--batch-size 16] [--device cpu]`;
 * and a step beside the same step of jax-js and TensorFlow.js, `npm run bench -- rivals [--only jax] [--rounds 15] [--threads 2]`;
 * and what is spared where short rows share lines, `npm run bench -- packing [--run FOLDER] [--device cpu] [--threads 2]`.
 */
import { benchGeneration } from './benchGeneration.ts';
import { benchMemory } from './benchMemory.ts';
import { benchPacking } from './benchPacking.ts';
import { benchRivals } from './benchRivals.ts';
import { benchStep } from './benchStep.ts';
import { benchStreaming } from './benchStreaming.ts';

const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  generation: benchGeneration,
  memory: benchMemory,
  packing: benchPacking,
  rivals: benchRivals,
  step: benchStep,
  streaming: benchStreaming,
};

const [name = '', ...argv] = process.argv.slice(2);
const command = commands[name];
if (!command)
  throw new Error(`There is no benchmark ${name}; known are ${Object.keys(commands).join(', ')}.`);
await command(argv);
