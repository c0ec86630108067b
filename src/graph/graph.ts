import type { Attributes, ElementType, Initializer } from './model.ts';
import type { PrimitiveOp } from './primitives.ts';

export type Shape = readonly number[];

/** Contents known while the graph is built, row-major; booleans are 0 and 1, integers are exact up to 2^53. */
export type Constant = Float64Array;

/** A tensor of a lowered graph: static shape, at most one producing node. */
export interface Value {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: Shape;
  /** The node that computes it; `null` for graph inputs, weights and constants. */
  readonly node: Node | null;
  readonly constant: Constant | null;
}

/** One primitive op. Omitted optional inputs are `null`. */
export class Node {
  readonly name: string;
  readonly op: PrimitiveOp;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;

  constructor(name: string, op: PrimitiveOp, inputs: readonly (Value | null)[], attributes: Attributes) {
    this.name = name;
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
  }

  /** The same node of other inputs. */
  with(inputs: readonly (Value | null)[]): Node {
    return new Node(this.name, this.op, inputs, this.attributes);
  }

  /** The input at `index`; throws when it was omitted. */
  input(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw new Error(`${this.op} node ${this.name} has no input ${index}.`);
    return value;
  }

  /** An integer attribute, or `fallback` when absent. */
  int(name: string, fallback: number): number {
    const attribute = this.attributes[name];
    return attribute?.type === 'int' || attribute?.type === 'float' ? attribute.value : fallback;
  }
}

/** A lowered graph: nodes in execution order, weights by reference. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  /** Output name → value; the name is what the session reports. */
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  readonly nodes: readonly GraphNode[];
  readonly weights: readonly { readonly value: Value; readonly initializer: Initializer }[];
}

export interface GraphNode {
  readonly node: Node;
  readonly output: Value;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** A shape as people write it: `[2, 8, 64]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are the same, dimension by dimension. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}
