import type { Model } from './model.ts';

/** Turns the named initializers into graph inputs, so that they can be fed, and trained, like anything else. */
export function exposeWeights(model: Model, names: ReadonlySet<string>): Model {
  const exposed = model.graph.initializers.filter(({ name }) => names.has(name));
  const inputs = exposed.map(({ name, elementType, dims }) => ({ name, elementType, shape: dims }));
  return {
    ...model,
    graph: {
      ...model.graph,
      inputs: [...model.graph.inputs, ...inputs],
      initializers: model.graph.initializers.filter(({ name }) => !names.has(name)),
    },
  };
}
