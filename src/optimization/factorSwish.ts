import type { Node, Value } from '../graph/graph.ts';
import type { Rewrite } from './rewriteGraph.ts';

/**
 * The gradient of y = x·σ(x), σ = sigmoid, as dy·(σ + y·(1 − σ)), which reads dy once (Ramachandran et al. 2017, "Searching
 * for Activation Functions", section 5). Term by term it arrives as dy·σ + (dy·x)·(σ·(1 − σ)).
 */
export function factorSwish(): Rewrite {
  const swishes = new Map<Value, Value>();
  return (g, node) => {
    const gate = node.op === 'Mul' ? gateOf(node) : null;
    if (gate) {
      const y = g.op('Mul', node.inputs);
      swishes.set(gate, y);
      return y;
    }
    const match = node.op === 'Add' ? gradientOf(node) : null;
    const y = match && swishes.get(match.gate);
    if (!y) return null;
    const { dy, gate: sigma } = match;
    return g.mul(dy, g.add(sigma, g.mul(y, g.sub(g.scalar(1, sigma.elementType), sigma))));
  };
}

/** σ(x) of x·σ(x). */
function gateOf({ inputs }: Node): Value | null {
  const [x, sigma] = inputs as readonly Value[];
  return sigma!.node?.op === 'Sigmoid' && sigma!.node.input(0) === x ? sigma! : null;
}

/** dy and σ of dy·σ + (dy·x)·(σ·(1 − σ)). */
function gradientOf(node: Node): { readonly dy: Value; readonly gate: Value } | null {
  const [direct, through] = [factors(node.input(0)), factors(node.input(1))];
  if (!direct || !through) return null;
  const [dy, gate] = direct;
  const [product, slope] = [factors(through[0]), factors(through[1])];
  if (!product || !slope || gate.node?.op !== 'Sigmoid') return null;
  const isSame = product[0] === dy && product[1] === gate.node.input(0) && slope[0] === gate;
  const rest = slope[1].node;
  const isSlope = rest?.op === 'Sub' && rest.inputs[1] === gate && rest.input(0).constant?.[0] === 1;
  return isSame && isSlope ? { dy, gate } : null;
}

const factors = ({ node }: Value): readonly [Value, Value] | null =>
  node?.op === 'Mul' ? [node.input(0), node.input(1)] : null;
