import type { Attribute, Initializer, ModelGraph, ModelNode } from '../graph/model.ts';

/** `fallback` for an absent attribute; throws for one of another type. */
function absent<T>(found: Attribute | undefined, name: string, type: string, fallback: T): T {
  if (found) throw new Error(`attribute ${name} is of type ${found.type}, expected ${type}`);
  return fallback;
}

/** An integer attribute, or `fallback` when absent. */
export function intAttribute(node: ModelNode, name: string, fallback: number): number {
  const found = node.attributes[name];
  return found?.type === 'int' ? found.value : absent(found, name, 'int', fallback);
}

/** A float attribute, or `fallback` when absent. */
export function floatAttribute(node: ModelNode, name: string, fallback: number): number {
  const found = node.attributes[name];
  return found?.type === 'float' ? found.value : absent(found, name, 'float', fallback);
}

/** A string attribute, or `fallback` when absent. */
export function stringAttribute(node: ModelNode, name: string, fallback: string): string {
  const found = node.attributes[name];
  return found?.type === 'string' ? found.value : absent(found, name, 'string', fallback);
}

/** A list of integers, or `null` when absent. */
export function intsAttribute(node: ModelNode, name: string): readonly number[] | null {
  const found = node.attributes[name];
  return found?.type === 'ints' ? found.value : absent(found, name, 'ints', null);
}

/** A tensor attribute, or `null` when absent. */
export function tensorAttribute(node: ModelNode, name: string): Initializer | null {
  const found = node.attributes[name];
  return found?.type === 'tensor' ? found.value : absent(found, name, 'tensor', null);
}

/** A subgraph attribute; throws when absent. */
export function graphAttribute(node: ModelNode, name: string): ModelGraph {
  const found = node.attributes[name];
  if (found?.type === 'graph') return found.value;
  throw new Error(`attribute ${name} is no subgraph`);
}

/** An integer attribute that must be positive. */
export function sizeAttribute(node: ModelNode, name: string): number {
  const size = intAttribute(node, name, 0);
  if (size <= 0) throw new Error(`attribute ${name} is ${size}, expected a positive size`);
  return size;
}
