/** A shaving that curls off a block. */
export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--w-accent)" />
      <path
        d="M6.5 23.5h19M6.5 23.5c7.5 0 13.5-4 13.5-9.6a5 5 0 0 0-10 0 3 3 0 0 0 6 .3"
        fill="none"
        stroke="var(--w-on-accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
