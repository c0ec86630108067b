const paths = {
  start: 'M5 4.5v15l14-7.5z',
  domain:
    'M4 5.5A2.5 2.5 0 0 1 6.5 3H20v15H6.5A2.5 2.5 0 0 0 4 20.5zm0 15A2.5 2.5 0 0 0 6.5 21H20M8.5 7.5h7M8.5 11h5',
  generate: 'M12 20h8.5M15.8 4.2a2 2 0 0 1 2.9 0l1 1a2 2 0 0 1 0 2.9L8.5 19.3 4 20l.7-4.5z',
  curate: 'M4 6.5h9M4 12h6M4 17.5h6M13.5 15.5l3 3 5-6.5',
  train: 'M3.5 4v16h17M7 8c2 6 4.5 8 13 8.5',
  compare: 'M12 4v16M4 8h5M4 12h5M4 16h5M15 8h5M15 12h5M15 16h5',
  adapter: 'M12 3.5v11m0 0 4-4m-4 4-4-4M4 16v2.5A2 2 0 0 0 6 20.5h12a2 2 0 0 0 2-2V16',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11m0-11-11 11',
  pause: 'M8.5 5v14M15.5 5v14',
  play: 'M7 4.5v15l12-7.5z',
  stop: 'M6.5 6.5h11v11h-11z',
  plus: 'M12 5v14M5 12h14',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7m-8 0 1 13h9l1-13M10 11v5.5M14 11v5.5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M4.5 4.5l1.4 1.4M18.1 18.1l1.4 1.4M2.5 12h2M19.5 12h2M4.5 19.5l1.4-1.4M18.1 5.9l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  system: 'M4 5h16v10.5H4zM9 20h6m-3-4.5V20',
  lock: 'M6 10.5h12v9.5H6zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
  chip: 'M7 7h10v10H7zM10 3.5V7m4-3.5V7m-4 10v3.5m4-3.5v3.5M3.5 10H7m-3.5 4H7m10-4h3.5M17 14h3.5',
  upload: 'M12 15.5V4m0 0-4 4m4-4 4 4M4 16v2.5A2 2 0 0 0 6 20.5h12a2 2 0 0 0 2-2V16',
  document: 'M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 15.5h6',
  chevron: 'm8 10 4 4 4-4',
  send: 'M4.5 12h14m0 0-6-6m6 6-6 6',
  up: 'M12 19V5m0 0-6 6m6-6 6 6',
  down: 'M12 5v14m0 0 6-6m-6 6-6-6',
  equal: 'M6 9.5h12M6 14.5h12',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.8v.1',
} as const;

export type IconName = keyof typeof paths;

/** A 24-unit line drawing in the colour of the text; decoration only, so hidden from screen readers. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
