import { checkConstantShape, checkShape, largestConstants } from './constantLimit.ts';
import { foldRules } from './foldRules.ts';
import { formatShape, Node, sameShape, sizeOf } from './graph.ts';
import type { Constant, Graph, GraphNode, Shape, Value } from './graph.ts';
import type { Attributes, ElementType, Initializer } from './model.ts';
import type { PrimitiveOp } from './primitives.ts';
import { shapeRules, type TensorType } from './shapeRules.ts';
import { storedRows } from './storedRows.ts';
import { liveNodes } from './traversal.ts';

const dataTypes: Partial<Record<ElementType, number>> = {
  float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11,
}; // prettier-ignore

export interface GemmSettings {
  readonly alpha?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/**
 * Builds a graph of primitives, op by op. Every op gets its static output shape at once; an op whose inputs are
 * all constant is computed on the spot, so that shape arithmetic leaves no nodes behind.
 */
export class GraphBuilder {
  private readonly nodes: GraphNode[] = [];
  private readonly inputs: Value[] = [];
  private readonly weights = new Map<string, { value: Value; initializer: Initializer }>();
  private readonly names = new Set<string>();
  private readonly lastNumber = new Map<string, number>();
  private scope = '';
  private constantElements = 0;

  /** Names the nodes that `build` adds after `prefix`, so that errors can say where they belong. */
  scoped<T>(prefix: string, build: () => T): T {
    const outer = this.scope;
    this.scope = prefix;
    try {
      return build();
    } finally {
      this.scope = outer;
    }
  }

  /** A graph input that is fed at run time. */
  input(name: string, elementType: ElementType, shape: Shape): Value {
    const value = { name: this.unique(name), elementType, shape, node: null, constant: null };
    this.inputs.push(value);
    return value;
  }

  /** A frozen weight, referenced in its file; the same initializer is added once. */
  weight(initializer: Initializer): Value {
    const known = this.weights.get(initializer.name);
    if (known) return known.value;
    const { elementType, dims: shape } = initializer;
    const value = { name: this.unique(initializer.name), elementType, shape, node: null, constant: null };
    this.weights.set(initializer.name, { value, initializer: { ...initializer, name: value.name } });
    return value;
  }

  /** The bytes of a frozen weight seen as another type or shape; the file's bytes stay where they are. */
  reinterpret(weight: Value, elementType: ElementType, shape: Shape): Value {
    const { initializer } = this.weights.get(weight.name) ?? {};
    if (!initializer)
      throw new Error(`${weight.name} must be a weight of the model, not something computed.`);
    const name = `${weight.name}_${elementType}_${shape.join('x')}`;
    return this.weight({ ...initializer, name, elementType, dims: shape });
  }

  /**
   * Rows `start` to `end` of a weight that has `rows` of them: a weight of its own on the same bytes of the file.
   * `null` when `weight` is no weight, or its rows do not begin at whole bytes.
   */
  weightRows(weight: Value, rows: number, start: number, end: number): Value | null {
    const { initializer } = this.weights.get(weight.name) ?? {};
    if (!initializer) return null;
    const stored = storedRows(initializer, rows, start, end);
    return stored && this.weight(stored);
  }

  /** The nodes added so far, in execution order. */
  get builtNodes(): readonly GraphNode[] {
    return this.nodes;
  }

  /** A tensor whose contents are known now. */
  constant(elementType: ElementType, shape: Shape, contents: Iterable<number>): Value {
    const constant = contents instanceof Float64Array ? contents : Float64Array.from(contents);
    if (constant.length !== sizeOf(shape)) {
      throw new Error(`A constant of shape ${formatShape(shape)} cannot have ${constant.length} elements.`);
    }
    this.countConstant(constant);
    return { name: this.unique('constant'), elementType, shape, node: null, constant };
  }

  scalar(x: number, elementType: ElementType = 'float32'): Value {
    return this.constant(elementType, [], [x]);
  }

  ints(values: readonly number[]): Value {
    return this.constant('int64', [values.length], values);
  }

  /** Adds a primitive; throws naming op, node and shapes when the inputs do not fit. */
  op(op: PrimitiveOp, inputs: readonly (Value | null)[], attributes: Attributes = {}): Value {
    const name = this.unique(`${this.scope}/${op}`);
    const node = new Node(name, op, inputs, attributes);
    const type = this.infer(node);
    const folded = this.fold(node, type);
    if (folded) return { name: `${name}_folded`, ...type, node: null, constant: folded };
    const output = { name: `${name}_output`, ...type, node, constant: null };
    this.nodes.push({ node, output });
    return output;
  }

  add = (a: Value, b: Value) => this.op('Add', [a, b]);
  sub = (a: Value, b: Value) => this.op('Sub', [a, b]);
  mul = (a: Value, b: Value) => this.op('Mul', [a, b]);
  div = (a: Value, b: Value) => this.op('Div', [a, b]);
  pow = (a: Value, exponent: number) => this.op('Pow', [a, this.scalar(exponent, a.elementType)]);
  neg = (a: Value) => this.op('Neg', [a]);
  sqrt = (a: Value) => this.op('Sqrt', [a]);
  exp = (a: Value) => this.op('Exp', [a]);
  log = (a: Value) => this.op('Log', [a]);
  tanh = (a: Value) => this.op('Tanh', [a]);
  sigmoid = (a: Value) => this.op('Sigmoid', [a]);
  reciprocal = (a: Value) => this.op('Reciprocal', [a]);
  equal = (a: Value, b: Value) => this.op('Equal', [a, b]);
  where = (condition: Value, a: Value, b: Value) => this.op('Where', [condition, a, b]);
  matMul = (a: Value, b: Value) => this.op('MatMul', [a, b]);

  /** `alpha · op(a) · op(b) + c` with matrices a and b, where op transposes if asked to; c may broadcast. */
  gemm(a: Value, b: Value, { alpha = 1, transA = false, transB = false }: GemmSettings, c?: Value): Value {
    return this.op('Gemm', c ? [a, b, c] : [a, b], {
      alpha: { type: 'float', value: alpha },
      transA: { type: 'int', value: transA ? 1 : 0 },
      transB: { type: 'int', value: transB ? 1 : 0 },
    });
  }

  /** `a · factor` with a number. */
  scale(a: Value, factor: number): Value {
    return factor === 1 ? a : this.mul(a, this.scalar(factor, a.elementType));
  }

  /** `a + offset` with a number. */
  shift(a: Value, offset: number): Value {
    return offset === 0 ? a : this.add(a, this.scalar(offset, a.elementType));
  }

  cast(a: Value, elementType: ElementType): Value {
    if (a.elementType === elementType) return a;
    const to = dataTypes[elementType];
    if (to === undefined) throw new Error(`Casting ${a.name} to ${elementType} is not supported.`);
    return this.op('Cast', [a], { to: { type: 'int', value: to } });
  }

  softmax(a: Value, axis = -1): Value {
    return this.op('Softmax', [a], { axis: { type: 'int', value: axis } });
  }

  reduceSum = (a: Value, axes: readonly number[], keepDims = true) =>
    this.reduce('ReduceSum', a, axes, keepDims);
  reduceMean = (a: Value, axes: readonly number[], keepDims = true) =>
    this.reduce('ReduceMean', a, axes, keepDims);
  reduceMax = (a: Value, axes: readonly number[], keepDims = true) =>
    this.reduce('ReduceMax', a, axes, keepDims);

  reshape(a: Value, shape: Shape): Value {
    return sameShape(a.shape, shape) ? a : this.op('Reshape', [a, this.ints(shape)]);
  }

  transpose(a: Value, perm: readonly number[]): Value {
    return perm.every((axis, i) => axis === i)
      ? a
      : this.op('Transpose', [a], { perm: { type: 'ints', value: perm } });
  }

  /** Swaps the last two axes. */
  swapLast(a: Value): Value {
    const axes = a.shape.map((_, i) => i);
    return this.transpose(a, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
  }

  expand(a: Value, shape: Shape): Value {
    return sameShape(a.shape, shape) ? a : this.op('Expand', [a, this.ints(shape)]);
  }

  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1
      ? values[0]!
      : this.op('Concat', values, { axis: { type: 'int', value: axis } });
  }

  /** `a[start:end]` along one axis. */
  slice(a: Value, axis: number, start: number, end: number): Value {
    if (start === 0 && end >= a.shape.at(axis)!) return a;
    return this.op('Slice', [a, this.ints([start]), this.ints([end]), this.ints([axis])]);
  }

  gather(data: Value, indices: Value, axis = 0): Value {
    return this.op('Gather', [data, indices], { axis: { type: 'int', value: axis } });
  }

  /** Zeros around `a`: `before[i]` and `after[i]` elements along axis i. */
  pad(a: Value, before: readonly number[], after: readonly number[]): Value {
    return [...before, ...after].every((n) => n === 0)
      ? a
      : this.op('Pad', [a, this.ints([...before, ...after])]);
  }

  /** Undoes broadcasting: sums `a` over the axes along which `shape` was stretched. */
  sumTo(a: Value, shape: Shape): Value {
    if (sameShape(a.shape, shape)) return a;
    const lead = a.shape.length - shape.length;
    const axes = a.shape.flatMap((dim, i) => (i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : []));
    return this.reshape(axes.length > 0 ? this.reduceSum(a, axes) : a, shape);
  }

  /** The finished graph: only what the outputs need, in execution order. */
  finish(name: string, outputs: Readonly<Record<string, Value>>): Graph {
    const named = Object.entries(outputs).map(([output, value]) => ({ name: output, value }));
    const nodes = liveNodes(this.nodes, named.map(({ value }) => value)); // prettier-ignore
    const used = new Set(nodes.flatMap(({ node }) => node.inputs).concat(named.map(({ value }) => value)));
    const weights = [...this.weights.values()].filter(({ value }) => used.has(value));
    return { name, inputs: [...this.inputs], outputs: named, nodes, weights };
  }

  private reduce(
    op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax',
    a: Value,
    axes: readonly number[],
    keepDims: boolean,
  ) {
    return this.op(op, [a, this.ints(axes)], { keepdims: { type: 'int', value: keepDims ? 1 : 0 } });
  }

  private infer(node: Node): TensorType {
    return naming(node, () => {
      const type = shapeRules[node.op](node);
      checkShape(type.shape);
      return type;
    });
  }

  /** The node's value when all of its inputs are constant and the op has a folding rule. */
  private fold(node: Node, type: TensorType): Constant | null {
    const rule = foldRules[node.op];
    if (!rule || node.inputs.some((input) => input && !input.constant)) return null;
    const contents = naming(node, () => {
      checkConstantShape(type.shape);
      return rule(node, type);
    });
    if (!node.inputs.some((input) => input?.constant === contents)) this.countConstant(contents);
    return type.elementType === 'float32' ? contents.map(Math.fround) : contents;
  }

  private countConstant({ length }: Constant): void {
    this.constantElements += length;
    if (this.constantElements <= largestConstants) return;
    throw new Error(
      `What the graph computes of its input's size alone takes more than ${largestConstants} numbers; choose a smaller batch or shorter rows.`,
    );
  }

  private unique(name: string): string {
    let candidate = name;
    // Counting on from the last number: deep graphs have tens of thousands of constants of one name.
    for (let n = this.lastNumber.get(name) ?? 1; this.names.has(candidate); n++) {
      candidate = `${name}_${n}`;
      this.lastNumber.set(name, n + 1);
    }
    this.names.add(candidate);
    return candidate;
  }
}

function naming<T>(node: Node, build: () => T): T {
  try {
    return build();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${node.op} node ${node.name}: ${reason.replace(/\.$/, '')}.`, { cause: error });
  }
}
