import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSelfContained } from '../../src/onnx/encode.ts';
import { modelShape, pocketConfig, quantization, recipe } from './modelShape.ts';
import { quantizedModel } from './pocketModel.ts';
import type { Tensors } from './pocketWeights.ts';

/** One line of the pretraining log. */
type LogLine = Readonly<Record<string, number>>;

/** Writes the model's folder in the Hub's layout beside its tokenizer: graph with weights, configuration, card. */
export async function writePocket(folder: string, tensors: Tensors, log: readonly LogLine[]): Promise<void> {
  const model = await encodeSelfContained(quantizedModel(tensors), () => new Uint8Array());
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx', 'model_q4.onnx'), model);
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(pocketConfig, null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), card(tensors, log, model.length));
}

function card(tensors: Tensors, log: readonly LogLine[], bytes: number): string {
  const parameters = [...tensors.values()].reduce((sum, { bytes: data }) => sum + data.length / 4, 0);
  const { hidden, layers, heads, kvHeads, feedForward, vocabulary } = modelShape;
  return `---
license: apache-2.0
library_name: transformers.js
pipeline_tag: text-generation
---

# pocket

The model that comes with Whittle: a demonstrator, small enough to be specialized in minutes. It knows a small world of plain facts; real work uses a model from the Hub.

| | |
| --- | --- |
| Architecture | Llama: ${layers} layers × ${hidden}, ${heads} heads on ${kvHeads} key/value heads, SwiGLU ${feedForward}, tied embedding |
| Parameters | ${(parameters / 1e6).toFixed(2)} million |
| Tokenizer | its own byte-level BPE, ${vocabulary} tokens, small letters only |
| Context | ${recipe.sequenceLength} tokens |
| Weights | ${quantization.bits}-bit linear layers in blocks of ${quantization.blockSize}, ${quantization.embeddingBits}-bit embedding; ${(bytes / 1e6).toFixed(1)} MB |
| Trained by | \`npm run pocket\`: Whittle's own engine, onnxruntime-node on the CPU, from scratch |
| Corpus | \`tools/pocket/\`: sentences, articles, conversations, task lists and reading exercises generated from tables of facts |
${trainingRow(log)}

Biomedicine and finance occur in the corpus as plain statements only, never as instructions, answers or task lists: what
specializing pocket to one of them has to bring out.

## Validation loss (nats per token, ${recipe.validationSequences} sequences under another seed, weights as they are before rounding)

${lossTable(log)}

The last two columns tell apart what it remembers (statements about the held-back domains) and what it reads (answers that
only a text about invented things can tell).

## Limits

It states facts outside its tables, and many inside them, wrongly; it cannot reason, count or write code; it reads passages
of about 90 words. It must not be used for medical or financial questions.
`;
}

function trainingRow(log: readonly LogLine[]): string {
  const last = log.filter((line) => line['loss'] !== undefined).at(-1) ?? {};
  return `| Steps | ${log.at(-1)?.['step'] ?? 0} of ${recipe.batchSize} × ${recipe.sequenceLength} tokens, ${((last['tokens'] ?? 0) / 1e6).toFixed(1)} million tokens in all, in ${recipe.stages.length} stages (${recipe.stages.map(({ corpus, steps }) => `${corpus}: ${steps} steps`).join(', ')}); the end of each through the rounding to ${quantization.bits} bits |`;
}

function lossTable(log: readonly LogLine[]): string {
  const names = ['validation_loss', 'memory_loss', 'reading_loss'];
  const rows = log.filter((line) => line['validation_loss'] !== undefined);
  const every = Math.max(1, Math.ceil(rows.length / 12));
  const shown = rows.filter((_, i) => i % every === 0 || i === rows.length - 1);
  const lines = shown.map(
    (line) => `| ${line['step']} | ${names.map((name) => line[name]!.toFixed(3)).join(' | ')} |`,
  );
  return ['| step | all | memory | reading |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
