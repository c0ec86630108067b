import { spreadOf } from '../../../src/engine/benchStep.ts';
import type { describeMachine } from '../benchMemory.ts';
import { decoder } from './task.ts';

export interface MeasuredContender {
  readonly name: string;
  readonly threads: number;
  /** Of loss and gradient, relative to the first contender's. */
  readonly difference: number;
  /** One step in each round. */
  readonly seconds: readonly number[];
}

/**
 * The step of the first contender as a share of another's: the median over rounds, since both met the same load in each.
 */
export function shareOf(ours: readonly number[], theirs: readonly number[]): number {
  return spreadOf(ours.map((seconds, round) => seconds / theirs[round]!)).median;
}

type Machine = ReturnType<typeof describeMachine> & { readonly chromium: string };

/** A Markdown table, with what was computed and where below it. */
export function renderRivals(
  measured: readonly MeasuredContender[],
  rounds: number,
  { processor, cores, memoryGiB, chromium }: Machine,
): string {
  const ours = measured[0]!;
  const milliseconds = (seconds: number) => (seconds * 1000).toFixed(0);
  const rows = measured.map(({ name, threads, difference, seconds }) => {
    const { median, fastest } = spreadOf(seconds);
    const share = shareOf(ours.seconds, seconds).toFixed(2);
    return `| ${name} | ${threads} | ${difference.toExponential(0)} | ${milliseconds(median)} | ${milliseconds(fastest)} | ${share} |`;
  });
  const { layers, width, tokens, vocabulary, rank } = decoder;
  return [
    '| training step | threads | difference of gradients | median ms | fastest ms | ours of it |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    `${layers} layers, width ${width}, ${vocabulary} tokens in the vocabulary, a row of ${tokens}, LoRA of rank ${rank} on all seven linears; loss, gradient, clipping and AdamW; ${rounds} rounds, all in turn.`,
    '',
    `${processor}, ${cores} cores, ${memoryGiB} GiB; Chromium ${chromium}, WASM.`,
    '',
  ].join('\n');
}
