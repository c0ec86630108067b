import type { Initializer, Model, ModelNode, ValueInfo } from '../../src/graph/model.ts';
import { packNumbers } from '../../src/graph/toModel.ts';
import { attributesOf, uniform, type FusedOp } from './opModel.ts';

/** Writes source models node by node, the way exporters do: everything by name, shapes symbolic. */
export class SketchModel {
  private readonly nodes: ModelNode[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly inputs: ValueInfo[] = [];

  input(name: string, elementType: 'float32' | 'int64', shape: readonly (number | string)[]): string {
    this.inputs.push({ name, elementType, shape });
    return name;
  }

  /** Adds a node and returns the name of its first output; further ones end in `:1`, `:2`, … */
  op(
    opType: string,
    inputs: readonly string[],
    attributes: FusedOp['attributes'] = {},
    domain = '',
    outputs = 1,
  ): string {
    const name = `/model/${opType}_${this.nodes.length}`;
    const names = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    this.nodes.push({ name, opType, domain, inputs, outputs: names, attributes: attributesOf(attributes) });
    return name;
  }

  private constant(
    elementType: Initializer['elementType'],
    dims: readonly number[],
    contents: readonly number[],
  ) {
    const name = `constant_${this.initializers.length}`;
    const data = { bytes: packNumbers(Float64Array.from(contents), elementType) };
    this.initializers.push({ name, elementType, dims, data });
    return name;
  }

  int = (value: number) => this.constant('int64', [], [value]);
  ints = (...values: number[]) => this.constant('int64', [values.length], values);
  float = (value: number) => this.constant('float32', [], [value]);
  floats = (dims: readonly number[], contents: readonly number[]) => this.constant('float32', dims, contents);
  bytes = (dims: readonly number[], contents: readonly number[]) => this.constant('uint8', dims, contents);

  /** A weight of random numbers, scaled so that products keep their size. */
  weight(...dims: number[]): string {
    const count = dims.reduce((a, b) => a * b, 1);
    const scale = 1 / Math.sqrt(dims[0]!);
    return this.floats(dims, uniform(count, this.initializers.length).map((x) => x * scale)); // prettier-ignore
  }

  model(outputs: Readonly<Record<string, string>>): Model {
    const aliases = Object.entries(outputs).map(([name, value]): ModelNode => ({
      name: `${name}/Identity`,
      opType: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [name],
      attributes: {},
    }));
    const infos = Object.keys(outputs).map((name): ValueInfo => ({
      name,
      elementType: 'float32',
      shape: null,
    }));
    const { inputs, initializers } = this;
    const graph = {
      name: 'sketch',
      nodes: [...this.nodes, ...aliases],
      inputs,
      outputs: infos,
      initializers,
      valueInfos: [],
    };
    return { graph, irVersion: 10, opsets: { '': 21, 'com.microsoft': 1 } };
  }
}
