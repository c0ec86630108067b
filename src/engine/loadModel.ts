import type { DecoderModel } from '../compileTrainingModel.ts';
import type { ModelConfig } from '../generation/causalLanguageModel.ts';
import { loadTokenizer } from '../generation/loadTokenizer.ts';
import type { Model } from '../graph/model.ts';
import { hoistWeights } from '../lora/hoistWeights.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { WeightFiles } from '../runtime/device.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { suffixes, type Dtype } from './dtype.ts';
import { readModelConfig } from './modelConfig.ts';
import { readText, type ModelFolder } from './modelFolder.ts';
import { checkWeightRanges, sizeOfFile } from './weightRanges.ts';
import { refuseUntrainableConfig, refuseUntrainableGraph } from './refuseUntrainable.ts';

/** A decoder's graph with its files. */
export interface LoadedGraph {
  readonly decoder: DecoderModel;
  readonly weights: WeightFiles;
}

/** A model ready to be compiled, with what turns text into its tokens. */
export interface LoadedModel extends LoadedGraph {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The PyTorch repository that adapters name as their base. */
  readonly baseModel: string;
  /** Which files exactly it was loaded from. */
  readonly origin: ModelOrigin;
}

/** What an adapter is trained on: a folder or id, its revision where that is known, and the precision. */
export interface ModelOrigin {
  readonly id: string;
  readonly revision: string;
  readonly dtype: Dtype;
}

/** Loads configuration, tokenizer and graph of a model folder. @throws naming the file that is missing or unreadable */
export async function loadModel(folder: ModelFolder, dtype: Dtype = 'q4'): Promise<LoadedModel> {
  const graph = await loadGraph(folder, dtype);
  const config = await loadConfig(folder);
  const tokenizer = await loadTokenizer((path) => readText(folder, path));
  const named = (config as { readonly _name_or_path?: unknown })._name_or_path;
  const baseModel = typeof named === 'string' && named ? named : folder.name;
  const origin = { id: folder.name, revision: folder.revision ?? '', dtype };
  return { ...graph, config, tokenizer, baseModel, origin };
}

async function loadConfig(folder: ModelFolder): Promise<ModelConfig> {
  const text = await readText(folder, 'config.json');
  if (text === null) throw new Error(`${folder.name} has no config.json; it is not a model folder.`);
  return readModelConfig(text, `${folder.name}/config.json`);
}

/**
 * Loads the decoder's graph, and the embedding's where it is a graph of its own; weights stay in their files.
 * @throws UntrainableModelError naming what it has that cannot be trained
 */
export async function loadGraph(folder: ModelFolder, dtype: Dtype): Promise<LoadedGraph> {
  const config = await readText(folder, 'config.json');
  refuseUntrainableConfig(config);
  const suffix = suffixes[dtype];
  const names = [`model${suffix}.onnx`, `decoder_model_merged${suffix}.onnx`];
  for (const fileName of names) {
    const model = await readGraph(folder, fileName);
    if (!model) continue;
    refuseUntrainableGraph(model);
    const embedding = await loadEmbedding(folder, model, suffix);
    const decoder = {
      decoder: model,
      fileName,
      ...(embedding && { embedding }),
      modelType: modelTypeOf(config),
    };
    const weights = await folder.weights(weightFileNames(decoder));
    await checkWeightRanges(decoder, (path) => sizeOfFile(path, weights, folder));
    return { decoder, weights };
  }
  throw new Error(
    `${folder.name} has no onnx/${names.join(' and no onnx/')}; choose another dtype or folder.`,
  );
}

/** config.json's `model_type`; what is wrong with the file is said where more of it is needed. */
function modelTypeOf(config: string | null): string | undefined {
  try {
    const { model_type: type } = JSON.parse(config ?? '{}') as { readonly model_type?: unknown };
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}

async function readGraph(folder: ModelFolder, fileName: string): Promise<Model | null> {
  const bytes = await folder.read(`onnx/${fileName}`);
  return bytes && hoistWeights(decodeModel(bytes, fileName), bytes);
}

async function loadEmbedding(folder: ModelFolder, decoder: Model, suffix: string) {
  if (!decoder.graph.inputs.some(({ name }) => name === 'inputs_embeds')) return null;
  const fileName = `embed_tokens${suffix}.onnx`;
  const model = await readGraph(folder, fileName);
  if (!model)
    throw new Error(`${folder.name} lacks onnx/${fileName}, which its decoder takes its embeddings from.`);
  return { model, fileName };
}

/** The files that initializers refer to, the graphs' own included. */
function weightFileNames({ decoder, fileName, embedding }: DecoderModel): string[] {
  const of = (model: Model, own: string) =>
    model.graph.initializers.flatMap(({ data }) => ('location' in data ? [data.location || own] : []));
  return [
    ...new Set([...of(decoder, fileName), ...(embedding ? of(embedding.model, embedding.fileName) : [])]),
  ];
}
