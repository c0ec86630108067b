import { GraphBuilder } from '../../src/graph/builder.ts';
import { sizeOf, type Value } from '../../src/graph/graph.ts';
import type {
  Attribute,
  Attributes,
  ElementType,
  Initializer,
  Model,
  ValueInfo,
} from '../../src/graph/model.ts';
import { packNumbers } from '../../src/graph/toModel.ts';
import { lower } from '../../src/lowering/lower.ts';

/** An input of the op under test; given `contents` make it a constant of the model instead of a fed tensor. */
export interface TestInput {
  readonly type?: ElementType;
  readonly shape: readonly number[];
  readonly contents?: readonly number[];
}

export interface FusedOp {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (TestInput | null)[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** One entry per output: its element count is taken from this shape; `null` for outputs that are not compared. */
  readonly outputs: readonly (readonly number[] | null)[];
  readonly opset?: number;
}

/** Reproducible numbers in [−1, 1). */
export function uniform(count: number, seed: number): number[] {
  let state = (seed + 1) * 2654435761;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Floats given as such; whole numbers stay integers. Floats that happen to be whole are written as `'1f'`. */
function attributeOf(value: number | string | readonly number[]): Attribute {
  if (typeof value === 'string' && /^-?\d+f$/.test(value))
    return { type: 'float', value: Number.parseFloat(value) };
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value !== 'number') return { type: 'ints', value };
  return Number.isInteger(value) ? { type: 'int', value } : { type: 'float', value };
}

export function attributesOf(values: FusedOp['attributes'] = {}): Attributes {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attributeOf(value)]));
}

/** A model of the one op, its fed inputs named x0, x1, …, its outputs y0, y1, … */
export function modelOf({ op, domain = '', inputs, attributes, outputs, opset = 21 }: FusedOp): Model {
  const given = inputs.map((input, i) => input && { name: `x${i}`, type: input.type ?? 'float32', ...input });
  const initializers = given.flatMap((input): Initializer[] => {
    if (!input?.contents) return [];
    const bytes = packNumbers(Float64Array.from(input.contents), input.type);
    return [{ name: input.name, elementType: input.type, dims: input.shape, data: { bytes } }];
  });
  const fed = given.flatMap((input): ValueInfo[] =>
    !input || input.contents ? [] : [{ name: input.name, elementType: input.type, shape: input.shape }],
  );
  const names = outputs.map((_, i) => `y${i}`);
  const node = {
    name: `test/${op}`,
    opType: op,
    domain,
    inputs: given.map((input) => input?.name ?? ''),
    outputs: names,
    attributes: attributesOf(attributes),
  };
  const infos = names.flatMap((name, i): ValueInfo[] =>
    outputs[i] ? [{ name, elementType: 'float32', shape: outputs[i] }] : [],
  );
  const graph = { name: op, nodes: [node], inputs: fed, outputs: infos, initializers, valueInfos: [] };
  return { graph, irVersion: 10, opsets: { '': opset, 'com.microsoft': 1 } };
}

export const seededFeeds = (model: Model) =>
  Object.fromEntries(
    model.graph.inputs.map(({ name, shape }, i) => [name, uniform(sizeOf(shape as number[]), i)]),
  );

/** Lowers a model's outputs with all of its inputs fed as float32. */
export function lowerAll(model: Model) {
  const g = new GraphBuilder();
  const values = new Map<string, Value>();
  for (const { name, shape } of model.graph.inputs)
    values.set(name, g.input(name, 'float32', shape as number[]));
  const names = model.graph.outputs.map(({ name }) => name);
  lower(g, model, values, names);
  return g.finish('lowered', Object.fromEntries(names.map((name) => [name, values.get(name)!])));
}
