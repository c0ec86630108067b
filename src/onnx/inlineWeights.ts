import type { Attribute, Attributes, Initializer, ModelGraph } from '../graph/model.ts';
import { readWeight, type ReadWeightBytes } from './readWeight.ts';

/** The graph with every weight's bytes in memory, tensors in attributes and subgraphs included. */
export async function inlineWeights(graph: ModelGraph, readBytes: ReadWeightBytes): Promise<ModelGraph> {
  const initializers: Initializer[] = [];
  for (const initializer of graph.initializers) initializers.push(await inlineTensor(initializer, readBytes));
  const nodes = [];
  for (const node of graph.nodes) {
    nodes.push({ ...node, attributes: await inlineAttributes(node.attributes, readBytes) });
  }
  return { ...graph, nodes, initializers };
}

async function inlineTensor(initializer: Initializer, readBytes: ReadWeightBytes): Promise<Initializer> {
  return { ...initializer, data: { bytes: await readWeight(initializer, readBytes) } };
}

async function inlineAttributes(attributes: Attributes, readBytes: ReadWeightBytes): Promise<Attributes> {
  const inlined: [string, Attribute][] = [];
  for (const [name, attribute] of Object.entries(attributes)) {
    inlined.push([name, await inlineAttribute(attribute, readBytes)]);
  }
  return Object.fromEntries(inlined);
}

async function inlineAttribute(attribute: Attribute, readBytes: ReadWeightBytes): Promise<Attribute> {
  if (attribute.type === 'tensor')
    return { ...attribute, value: await inlineTensor(attribute.value, readBytes) };
  if (attribute.type === 'graph')
    return { ...attribute, value: await inlineWeights(attribute.value, readBytes) };
  return attribute;
}
