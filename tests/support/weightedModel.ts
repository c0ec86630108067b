import { encodeModel } from '../../src/onnx/encode.ts';

/** Number of elements of the weight that `weightedModel` refers to. */
export const weightCount = 64;

/** `y = x + w` for 64 floats, with `w` at `offset` of the file `location`, as ONNX bytes. */
export function weightedModel(location: string, offset: number): Uint8Array {
  const value = (name: string) => ({ name, elementType: 'float32', shape: [weightCount] }) as const;
  const data = { location, offset, length: weightCount * 4 };
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'weighted',
      nodes: [{ name: 'sum', opType: 'Add', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
      inputs: [value('x')],
      outputs: [value('y')],
      initializers: [{ name: 'w', elementType: 'float32', dims: [weightCount], data }],
      valueInfos: [],
    },
  });
}

/** A file of 1,000 bytes in which `w` = 0, 1, 2, … begins at `offset`. */
export function weightFile(offset: number): Uint8Array {
  const file = new Uint8Array(1000);
  file.set(new Uint8Array(Float32Array.from({ length: weightCount }, (_, i) => i).buffer), offset);
  return file;
}

/** `y = Hardmax(x + x)`: an op that the WebGPU provider has no kernel for, behind one that it has. */
export function cpuOnlyModel(): Uint8Array {
  const value = (name: string) => ({ name, elementType: 'float32', shape: [4] }) as const;
  const node = (name: string, opType: string, inputs: string[], output: string) => ({
    name,
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'mixed',
      nodes: [node('double', 'Add', ['x', 'x'], 'twice'), node('peak', 'Hardmax', ['twice'], 'y')],
      inputs: [value('x')],
      outputs: [value('y')],
      initializers: [],
      valueInfos: [],
    },
  });
}
