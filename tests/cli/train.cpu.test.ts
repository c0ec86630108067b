import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/lora/safetensors.ts';
import { whittle } from '../support/commandLine.ts';
import { writeModelFolder } from '../support/modelFolder.ts';

let folder: string;
let common: string[];

const rows = ['cat', 'dog', 'hen', 'cow', 'pig', 'bee'].map((name, i) => ({
  prompt: `what is ${name}? `,
  completion: i % 2 ? 'a big animal.' : 'small.',
}));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-train-'));
  writeModelFolder(join(folder, 'model'));
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const data = ['--model', join(folder, 'model'), '--data', join(folder, 'rows.jsonl')];
  const shape = ['--batch-size', '2', '--max-length', '32', '--rank', '2', '--alpha', '4'];
  common = [...data, ...shape, '--threads', '1', '--lr', '1e-2', '--json'];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface LogLine {
  readonly step: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly learning_rate: number;
  readonly tokens: number;
}

const out = (name: string) => join(folder, name);
const train = (name: string, ...argv: string[]) => whittle('train', ...common, '--out', out(name), ...argv);
const parse = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as LogLine);
const logOf = (name: string) =>
  parse(
    readFileSync(join(out(name), 'trainer_log.jsonl'), 'utf8')
      .trim()
      .split('\n'),
  );
const losses = (lines: readonly LogLine[]) => lines.map(({ loss }) => loss);

const planned = expect.stringMatching(
  /^Training fits 4000 MB: \d+ MB by estimate \(weights .* layers kept, 2 rows of up to 32 tokens at a time\.$/,
) as string;

describe('train', () => {
  it('writes adapter, configuration, log and checkpoint, and says with --json what the log says', async () => {
    const { code, stdout, stderr } = await train('files', '--steps', '4');
    expect([code, stderr]).toEqual([0, [planned]]);
    for (const name of ['adapter_model.safetensors', 'adapter_config.json', 'README.md', 'checkpoint.bin'])
      expect(existsSync(join(out('files'), name)), name).toBe(true);
    expect(parse(stdout)).toEqual(logOf('files'));
    expect(Object.keys(logOf('files')[0]!)).toEqual(['step', 'loss', 'grad_norm', 'learning_rate', 'tokens']);
    expect(logOf('files').map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    const { tensors } = readSafetensors(readFileSync(join(out('files'), 'adapter_model.safetensors')));
    expect(tensors.size).toBe(2 * 7 * 2);
    expect(tensors.get('base_model.model.model.layers.1.mlp.down_proj.lora_A.weight')!.shape).toEqual([
      2, 96,
    ]);
    const config = JSON.parse(readFileSync(join(out('files'), 'adapter_config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ r: 2, lora_alpha: 4, base_model_name_or_path: 'whittle/tiny' });
  });

  it('goes on after a stop as if it had not stopped, and logs each step once', async () => {
    const settings = ['--schedule', 'constant', '--checkpoint-every', '3'];
    await train('whole', ...settings, '--steps', '7');
    await train('parts', ...settings, '--steps', '3');
    // What a killed process leaves: a step that the checkpoint does not know, and half a line.
    appendFileSync(join(out('parts'), 'trainer_log.jsonl'), '{"step":4,"loss":0}\n{"step":');
    const { code } = await train('parts', ...settings, '--steps', '7', '--resume');
    expect(code).toBe(0);
    expect(logOf('parts')).toEqual(logOf('whole'));
    const adapter = (name: string) => readFileSync(join(out(name), 'adapter_model.safetensors'));
    expect(adapter('parts').equals(adapter('whole'))).toBe(true);
  });

  it('refuses to resume with other settings, or from nothing', async () => {
    await train('other', '--steps', '1');
    const { code, stderr } = await train('other', '--steps', '1', '--resume', '--lr', '2e-2');
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringMatching(/learningRate = 0.01, but this run has 0.02/)]);
    const nothing = await train('nothing', '--steps', '1', '--resume');
    expect(nothing.stderr).toEqual([expect.stringMatching(/no checkpoint\.bin to resume from/)]);
  });

  it('starts from an adapter, in its shape and on its modules', async () => {
    await train('first', '--steps', '12', '--target-modules', 'q_proj,down_proj', '--no-shuffle');
    const start = common.filter((_, i) => !['--rank', '--alpha'].includes(common[i]!) && !['--rank', '--alpha'].includes(common[i - 1] ?? '')); // prettier-ignore
    const { code, stdout } = await whittle('train', ...start, '--out', out('second'), '--init-adapter', out('first'), '--steps', '1', '--no-shuffle'); // prettier-ignore
    expect(code).toBe(0);
    expect(losses(parse(stdout))[0]).toBeLessThan(losses(logOf('first'))[0]! - 0.05);
    const { tensors } = readSafetensors(readFileSync(join(out('second'), 'adapter_model.safetensors')));
    expect(tensors.size).toBe(2 * 2 * 2);
    const conflict = await train('third', '--init-adapter', out('first'), '--steps', '1', '--rank', '4');
    expect(conflict.stderr).toEqual([expect.stringMatching(/has rank 2 and alpha 4 .* leave --rank/)]);
  });

  it('follows the file with --no-shuffle, wrapping around, and else shuffles by seed', async () => {
    const still = ['--steps', '4', '--lr', '0', '--rank', '1'];
    await train('ordered', ...still, '--no-shuffle');
    const ordered = losses(logOf('ordered'));
    expect(ordered[3]).toBe(ordered[0]);
    expect(new Set(ordered.slice(0, 3)).size).toBe(3);
    // Rows alternate between a long and a short answer, so each file-order batch has as many tokens as the next.
    expect(logOf('ordered').map(({ tokens }) => tokens / logOf('ordered')[0]!.tokens)).toEqual([1, 2, 3, 4]);
    await train('shuffled', ...still, '--seed', '1');
    expect(losses(logOf('shuffled'))).not.toEqual(ordered);
  });

  it('reports the loss on further rows', async () => {
    const { stdout } = await train('evaluated', '--steps', '2', '--eval-data', join(folder, 'rows.jsonl'));
    const evaluations = stdout.map((line) => JSON.parse(line) as object).filter((row) => 'eval_loss' in row);
    expect(evaluations).toEqual([
      { step: 0, eval_loss: expect.any(Number) as number },
      { step: 2, eval_loss: expect.any(Number) as number },
    ]);
    expect(logOf('evaluated')).toHaveLength(2);
  });
});
