import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeSkip } from '../../src/cli/activations.ts';
import { whittle } from '../support/commandLine.ts';
import { temporaryFolder, writeModelFolder } from '../support/modelFolder.ts';

it('inspects and trains in half precision where that is asked for, and says so', async () => {
  const folder = temporaryFolder();
  const model = ['--model', writeModelFolder(join(folder, 'model')), '--max-length', '32'];
  const activationsOf = async (precision: string) => {
    const { stdout } = await whittle('inspect', ...model, '--activations', precision, '--json');
    return (JSON.parse(stdout[0]!) as { activation_bytes: number }).activation_bytes;
  };
  expect((await activationsOf('float16')) / (await activationsOf('float32'))).toBeLessThan(0.8);

  const rows = Array.from({ length: 4 }, () => JSON.stringify({ prompt: 'a', completion: 'b b b' }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
  const train = async (precision: string) => {
    const out = join(folder, precision);
    const files = ['--data', join(folder, 'rows.jsonl'), '--out', out, '--steps', '2'];
    const { stdout } = await whittle('train', ...model, ...files, '--activations', precision);
    const log = readFileSync(join(out, 'trainer_log.jsonl'), 'utf8').trim().split('\n');
    return { told: stdout.join('\n'), steps: log.map((line) => JSON.parse(line) as Record<string, number>) };
  };
  const [half, float] = [await train('float16'), await train('auto')];
  expect(half.told).toContain('Activations are computed in half precision, as was asked for.');
  expect(float.told).not.toContain('Activations');
  expect(half.steps.map(({ loss_scale: scale }) => scale)).toEqual([65536, 65536]);
  expect(float.steps[0]).not.toHaveProperty('loss_scale');
  half.steps.forEach(({ loss }, i) => expect(loss! / float.steps[i]!['loss']!).toBeCloseTo(1, 2));
});

it('refuses other precisions in one line', async () => {
  const model = ['--model', 'nowhere'];
  const train = [
    'train',
    ...model,
    '--data',
    'rows.jsonl',
    '--out',
    temporaryFolder(),
    '--activations',
    'half',
  ];
  expect((await whittle(...train)).stderr).toEqual(['--activations takes auto, float32, float16, not half.']);
});

it('tells of a step that is tried again', () => {
  expect(describeSkip({ type: 'skippedStep', step: 4, lossScale: 32768 })).toBe(
    'step 4 overflowed half precision: nothing was changed, and it is tried again with the loss scaled by 32768',
  );
});
