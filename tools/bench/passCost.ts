import type { BenchShape } from '../../src/engine/benchModel.ts';
import { passNames } from '../../src/optimization/passes.ts';
import { inProcess } from './benchMemory.ts';
import type { CompareCase, Compared } from './compareCase.ts';

const [everything, nothing] = ['all', 'none'];

/** Training graphs by model, and by what is done to them. */
export type PassFigures = Readonly<Record<string, Readonly<Record<string, Compared>>>>;

/** Measures a model's training graph with all passes, with all but one of them, and with none, in turn on the CPU. */
export async function measurePasses(
  { name, folder, batchSize, sequenceLength, lora }: BenchShape & Readonly<Record<'name' | 'folder', string>>,
  repeats: number,
): Promise<PassFigures[string]> {
  console.error(`Passes over ${name} …`);
  const variant = { folder, batchSize, sequenceLength, lora };
  const without = passNames.map((left) => [
    `without ${left}`,
    { ...variant, passes: passNames.filter((pass) => pass !== left) },
  ]);
  const variants = {
    [everything]: variant,
    ...Object.fromEntries(without),
    [nothing]: { ...variant, passes: [] },
  };
  return inProcess('compareCase.ts', { variants, repeats } satisfies CompareCase);
}

/** A Markdown table for each model; what a pass earns is what is missing without it. */
export function describePasses(figures: PassFigures): string {
  const tables = Object.entries(figures).map(([model, variants]) => {
    const all = variants[everything]!;
    const rows = Object.entries(variants).map(([name, { seconds, graph }]) => {
      const longer = `${((seconds.median / all.seconds.median - 1) * 100).toFixed(0)} %`;
      const cells = [
        model,
        name,
        seconds.median.toFixed(3),
        longer,
        graph.kernels,
        (graph.bytes / 1e6).toFixed(0),
      ];
      return `| ${cells.join(' | ')} |`;
    });
    return rows.join('\n');
  });
  const head =
    '| model | passes | training s | longer by | kernels | MB moved |\n| --- | --- | --: | --: | --: | --: |';
  return [head, ...tables].join('\n');
}
