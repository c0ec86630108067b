import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepEvent } from '../training/trainingEvents.ts';
import type { Output } from './output.ts';

const logFile = (out: string) => join(out, 'trainer_log.jsonl');

/**
 * Begins `trainer_log.jsonl`, or on resuming keeps of it what came before: steps after the checkpoint are run again, and a
 * process that was killed may have left half a line.
 */
export async function startLog(out: string, step: number): Promise<void> {
  const path = logFile(out);
  const lines = step > 0 && existsSync(path) ? (await readFile(path, 'utf8')).split('\n') : [];
  const kept = lines.filter((line) => stepOf(line) <= step);
  await writeFile(path, kept.map((line) => `${line}\n`).join(''));
}

function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { step: number }).step);
  } catch {
    return Infinity;
  }
}

/** Appends a step and tells it. */
export async function logStep(event: StepEvent, out: string, output: Output): Promise<void> {
  const { step, loss, gradNorm, learningRate, tokens, lossScale } = event;
  const scale = lossScale !== undefined && { loss_scale: lossScale };
  const line = { step, loss, grad_norm: gradNorm, learning_rate: learningRate, tokens, ...scale };
  await appendFile(logFile(out), `${JSON.stringify(line)}\n`);
  output.result(
    line,
    `step ${step}  loss ${loss.toFixed(4)}  gradient norm ${gradNorm.toFixed(3)}  learning rate ${learningRate.toExponential(2)}`,
  );
}
