import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ParameterLayout } from '../graph/parameterLayout.ts';

/** The tensors that share the flat vector `parameters` [P], by name. */
export function unpackParameters(
  g: GraphBuilder,
  parameters: Value,
  layout: ParameterLayout,
): Map<string, Value> {
  return new Map(
    layout.entries.map(({ name, shape, offset, length }) => [
      name,
      g.scoped(`/parameters/${name}`, () =>
        g.reshape(g.slice(parameters, 0, offset, offset + length), shape),
      ),
    ]),
  );
}

/** The tensors' gradients as one flat vector [P]; zeros where the loss does not depend on a tensor. */
export function packGradients(
  g: GraphBuilder,
  layout: ParameterLayout,
  tensors: ReadonlyMap<string, Value>,
  gradients: ReadonlyMap<Value, Value>,
): Value {
  const flat = layout.entries.map(({ name, length }) => {
    const gradient = gradients.get(tensors.get(name)!);
    return gradient
      ? g.reshape(gradient, [length])
      : g.constant('float32', [length], new Float64Array(length));
  });
  return g.concat(flat, 0);
}
