/** ROUGE-L (Lin 2004), the F-measure of the longest common subsequence, as Google's `rouge-score` without stemming. */

/** Google's tokens: runs of ASCII letters and digits of the lower-cased text. */
export function asciiTokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

/** The same for every script; equal to `asciiTokens` on English. Used where scores need not match Google's. */
export function unicodeTokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** ROUGE-L F-measure of two texts, in [0, 1]; 0 where either has no token. */
export function rougeL(answer: string, reference: string): number {
  return rougeLOfTokens(asciiTokens(answer), asciiTokens(reference));
}

export function rougeLOfTokens(answer: readonly string[], reference: readonly string[]): number {
  if (answer.length === 0 || reference.length === 0) return 0;
  const common = longestCommonSubsequence(answer, reference);
  // 2PR/(P+R) with P = common/|answer|, R = common/|reference|
  return (2 * common) / (answer.length + reference.length);
}

/** Length of the longest common subsequence, O(n·m) time and O(m) memory. */
function longestCommonSubsequence(left: readonly string[], right: readonly string[]): number {
  let previous = new Uint32Array(right.length + 1);
  let row = new Uint32Array(right.length + 1);
  for (const token of left) {
    for (let j = 1; j <= right.length; j++) {
      row[j] =
        token === right[j - 1] ? (previous[j - 1] ?? 0) + 1 : Math.max(previous[j] ?? 0, row[j - 1] ?? 0);
    }
    [previous, row] = [row, previous];
  }
  return previous[right.length] ?? 0;
}
