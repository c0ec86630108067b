import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { whittle } from '../support/commandLine.ts';
import { temporaryFolder, writeModelFolder } from '../support/modelFolder.ts';

interface Facts {
  readonly peak_bytes: number;
  readonly memory: readonly {
    readonly fit: string;
    readonly recompute: string;
    readonly total_bytes: number;
    readonly advice: string[];
    readonly streaming: null | { readonly total_bytes: number; readonly bytes_read_per_step: number };
  }[];
}

it('says for each budget whether training fits, how, and what to change', async () => {
  const model = writeModelFolder(join(temporaryFolder(), 'model'));
  const inspect = (...argv: string[]) => whittle('inspect', '--model', model, '--device', 'webgpu', ...argv);
  const { code, stdout } = await inspect('--max-length', '64', '--memory-budget', '100,7,1', '--json');
  expect(code).toBe(0);
  const facts = JSON.parse(stdout[0]!) as Facts;
  expect(facts.memory.map(({ fit, recompute }) => `${fit}, ${recompute}`)).toEqual([
    'fits, none',
    'tight, perLayer',
    'does not fit, perLayer',
  ]);
  expect(facts.memory[0]!.total_bytes).toBe(facts.peak_bytes);
  expect(facts.memory.slice(0, 2).map(({ streaming }) => streaming)).toEqual([null, null]);
  const { streaming } = facts.memory[2]!;
  expect(streaming!.total_bytes).toBeLessThanOrEqual(1e6);
  expect(streaming!.bytes_read_per_step).toBeGreaterThan(0);
  const text = (await inspect('--max-length', '64', '--memory-budget', '100,1')).stdout.slice(-2).join('\n');
  expect(text).toMatch(
    /^training +fits 100 MB: \d+ MB by estimate \(weights 0 MB, activations .*, layers kept$/m,
  );
  expect(text).toMatch(/^training +does not fit 1 MB: .*, layers computed again\. [A-Z].*\.$/m);
});

it('counts on the CPU what onnxruntime keeps of the graphs there, and on a GPU nothing of them', async () => {
  const model = writeModelFolder(join(temporaryFolder(), 'model'));
  const graphsOn = async (device: string) => {
    const { stdout } = await whittle(
      'inspect',
      '--model',
      model,
      '--device',
      device,
      '--max-length',
      '64',
      '--json',
    );
    return (JSON.parse(stdout[0]!) as { graph_bytes: number }).graph_bytes;
  };
  expect(await graphsOn('cpu')).toBeGreaterThan(1e6);
  expect(await graphsOn('webgpu')).toBe(0);
});

it('takes for batch, length and budget what train takes, which reads weights in pieces where they do not fit', async () => {
  const folder = temporaryFolder();
  const model = ['--model', writeModelFolder(join(folder, 'model'))];
  const rows = Array.from({ length: 4 }, () => JSON.stringify({ prompt: 'a', completion: 'b '.repeat(40) }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
  const files = ['--data', join(folder, 'rows.jsonl'), '--out', join(folder, 'out'), '--steps', '1'];
  const shape = ['--batch-size', '4', '--max-length', '64', '--memory-budget', '1'];
  const inspected = (await whittle('inspect', ...model, ...shape)).stdout.at(-1)!;
  expect(inspected).toMatch(
    /does not fit 1 MB: .* Otherwise training goes piece by piece, which .* at a time\./,
  );
  const { code, stdout } = await whittle('train', ...model, ...files, ...shape);
  expect(stdout.join('\n')).toMatch(/^Training .* 1 MB: .* The weights do not fit: each step reads/m);
  const announced = [inspected, stdout.join('\n')].map((text) => /each step reads .* pieces/.exec(text)?.[0]);
  expect(announced[0]).toMatch(/^each step reads \d+ MB of them in [1-9]\d* pieces$/);
  expect(announced[1]).toBe(announced[0]);
  expect(code).toBe(0);
});
