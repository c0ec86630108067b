import { afterAll, expect, it } from 'vitest';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import type { Model, ModelNode } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { tinyConfig, tinyDecoder } from '../support/tinyDecoder.ts';
import { tinyGenerator } from '../support/tinyGenerator.ts';

const greedy: CompletionRequest = { maxNewTokens: 8, temperature: 0, topP: 1, seed: 0, stop: [] };
const prompts = ['5 6 7', '8', '9 10 11 12 13 14'];
const device = createNodeDevice({ threads: 1 });
afterAll(() => device.dispose());

/** The tiny decoder as two graphs, as multimodal exports have them: ids → inputs_embeds → logits. */
function split(model: Model): { decoder: Model; embedding: Model } {
  const { graph } = model;
  const isEmbedding = (node: ModelNode) => node.outputs[0] === 'embedded';
  const ids = graph.inputs.filter(({ name }) => name === 'input_ids');
  const embeds = {
    name: 'inputs_embeds',
    elementType: 'float32',
    shape: ['batch_size', 'sequence_length', tinyConfig.hidden_size],
  } as const;
  const rename = (names: readonly string[]) =>
    names.map((name) => (name === 'embedded' ? 'inputs_embeds' : name));
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: rename(node.inputs),
    outputs: rename(node.outputs),
  }));
  const embeddingNodes = nodes.filter((_, i) => isEmbedding(graph.nodes[i]!));
  const table = new Set(embeddingNodes.flatMap(({ inputs }) => inputs));
  return {
    embedding: {
      ...model,
      graph: {
        ...graph,
        nodes: embeddingNodes,
        inputs: ids,
        outputs: [embeds],
        initializers: graph.initializers.filter(({ name }) => table.has(name)),
      },
    },
    decoder: {
      ...model,
      graph: {
        ...graph,
        nodes: nodes.filter((_, i) => !isEmbedding(graph.nodes[i]!)),
        inputs: [embeds, ...graph.inputs.filter(({ name }) => name !== 'input_ids')],
      },
    },
  };
}

it('generates with the embedding in a session of its own as with it in the decoder', async () => {
  const { decoder, embedding } = split(tinyDecoder());
  const open = (model: Model) => device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const generator = new TextGenerator({
    device,
    session: await open(buildGenerationModel(decoder, [])),
    embedTokens: await open(embedding),
    config: {
      model_type: 'gemma3',
      architectures: ['Gemma3ForConditionalGeneration'],
      text_config: { ...tinyConfig, model_type: 'gemma3_text' },
    } as object,
    tokenizer: numberTokenizer([99]),
  });
  const expected = await (await tinyGenerator(device)).languageModel(null).complete(prompts, greedy);
  expect(await generator.languageModel(null).complete(prompts, greedy)).toEqual(expected);
});
