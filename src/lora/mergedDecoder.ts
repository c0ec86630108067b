import type { Model, ModelGraph, ModelNode } from '../graph/model.ts';

/** The input by which a merged export chooses its graph: false for the first step, which has no past. */
export const cacheSwitch = 'use_cache_branch';

const branchNames = ['else_branch', 'then_branch'] as const;

/**
 * The decoders that an export holds. Merged exports wrap two in an `If`: first the one for whole sequences, then the one
 * that continues a past, which may have been traced for a single token. Each comes as a model of its own, on the same
 * weights and without the switch; any other model is its only decoder.
 */
export function decodersOf(model: Model): readonly [Model, ...Model[]] {
  const choice = cacheChoice(model);
  if (!choice) return [model];
  const [first, second] = branchNames.map((name) => flatten(model, choice, branchOf(choice, name)));
  return [first!, second!];
}

/** Replaces nodes wherever a decoder has them: in a merged export, in both of its branches. */
export function rewriteDecoders(
  model: Model,
  rewriterOf: (decoder: Model) => (node: ModelNode) => readonly ModelNode[],
): Model {
  const choice = cacheChoice(model);
  const rewriters = decodersOf(model).map(rewriterOf);
  const nodes = model.graph.nodes.flatMap((node) =>
    node === choice ? [rewriteBranches(node, rewriters)] : rewriters[0]!(node),
  );
  return { ...model, graph: { ...model.graph, nodes } };
}

function rewriteBranches(
  choice: ModelNode,
  rewriters: readonly ((node: ModelNode) => readonly ModelNode[])[],
): ModelNode {
  const branches = branchNames.map((name, i) => {
    const branch = branchOf(choice, name);
    const value = { ...branch, nodes: branch.nodes.flatMap(rewriters[i]!) };
    return [name, { type: 'graph', value } as const] as const;
  });
  return { ...choice, attributes: { ...choice.attributes, ...Object.fromEntries(branches) } };
}

const cacheChoice = ({ graph }: Model): ModelNode | undefined =>
  graph.nodes.find(({ opType, inputs }) => opType === 'If' && inputs[0] === cacheSwitch);

function branchOf(choice: ModelNode, name: (typeof branchNames)[number]): ModelGraph {
  const branch = choice.attributes[name];
  if (branch?.type === 'graph') return branch.value;
  throw new Error(`If node "${choice.name}" has no ${name}; the file is no merged decoder.`);
}

/** The model with one branch in the place of the choice; the branch's own nodes stay the same objects. */
function flatten(model: Model, choice: ModelNode, branch: ModelGraph): Model {
  const { graph } = model;
  const inline = [...branch.nodes, ...aliases(choice, branch)];
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.flatMap((node) => (node === choice ? inline : [node])),
      inputs: graph.inputs.filter(({ name }) => name !== cacheSwitch),
      initializers: [...graph.initializers, ...branch.initializers],
      valueInfos: [...graph.valueInfos, ...branch.valueInfos],
    },
  };
}

/** What the branch calls otherwise than the choice that returns it. */
function aliases(choice: ModelNode, branch: ModelGraph): ModelNode[] {
  return choice.outputs.flatMap((name, i) => {
    const inner = branch.outputs[i]?.name ?? '';
    if (name === '' || name === inner) return [];
    return [{ name: `${name}/Identity`, opType: 'Identity', domain: '', inputs: [inner], outputs: [name], attributes: {} }]; // prettier-ignore
  });
}
