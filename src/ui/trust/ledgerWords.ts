import { byteSize, counted } from '../format.ts';
import { isRefused, type RequestLedger, type SeenRequest } from '../store/requestLedger.ts';
import type { Policy } from '../store/services.ts';

export const isForeign = ({ address }: SeenRequest, origin: string): boolean =>
  new URL(address).origin !== origin;

/** Who was asked how often, in words. */
export function describeLedger({ requests, dropped }: RequestLedger, origin: string): string {
  const made = requests.filter((request) => !isRefused(request));
  const foreign = made.filter((request) => isForeign(request, origin));
  const hosts = [...new Set(foreign.map(({ address }) => new URL(address).host))];
  const kept = made.filter(({ isFromHere }) => isFromHere).length;
  const own = counted(made.length - foreign.length, 'request');
  const others =
    foreign.length === 0 ? 'None went to anyone else.' : `${foreign.length} went to ${hosts.join(', ')}.`;
  const refused = requests.length - made.length;
  return [
    `Since this page was opened: ${own} to the server that it came from; ${kept} of them this browser answered itself.`,
    others,
    ...(refused > 0
      ? [`${counted(refused, 'request')} more the policy refused before anything was sent.`]
      : []),
    ...(dropped > 0 ? [`The oldest ${dropped} are no longer listed.`] : []),
  ].join(' ');
}

/** What became of a request: how long the answer was, and where it came from. */
export function describeAnswer(request: SeenRequest): string {
  if (isRefused(request)) return 'refused by the policy';
  const { bytes, isFromHere } = request;
  const from = isFromHere === undefined ? '' : isFromHere ? 'from this browser' : 'from the server';
  return (
    [...(bytes === undefined ? [] : [byteSize(bytes)]), ...(from ? [from] : [])].join(', ') || 'not told'
  );
}

/** The servers that a policy lets its owner reach, in words. */
export function describeReach({ reachable }: Policy): string {
  if (reachable === null) return 'any server: the answer had no policy';
  const words = reachable.map((source) => {
    if (source === "'none'") return 'nobody';
    return source === "'self'" ? 'the server of this page' : source.replace('https://', '');
  });
  return words.join(', ');
}
