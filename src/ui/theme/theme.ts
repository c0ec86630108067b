import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';

/** Fresh-cut wood: the one accent. */
const copper: MantineColorsTuple = [
  '#fdf4ee',
  '#fae5d7',
  '#f4c9ad',
  '#eeab80',
  '#ea9259',
  '#e6803f',
  '#cf661f',
  '#ad5013',
  '#8a400f',
  '#6b320c',
];

/** Warm greys, so that light and dark belong to each other. */
const dark: MantineColorsTuple = [
  '#edeae6',
  '#d0cbc4',
  '#a8a199',
  '#7f7971',
  '#46423d',
  '#332f2b',
  '#272421',
  '#1c1a18',
  '#141312',
  '#0d0c0b',
];

const gray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ee',
  '#ebe8e2',
  '#e1dcd4',
  '#cfc9c0',
  '#b1aaa0',
  '#8b837a',
  '#655e55',
  '#453f38',
  '#211d18',
];

/**
 * Mantine writes white on filled buttons, which is too faint on the light accent of dark screens, and there gives buttons
 * without a frame nearly the colour of plain text.
 */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant === 'filled') return { ...colors, color: 'var(--w-on-accent)' };
  const isAccent = input.variant === 'subtle' && input.color === 'copper';
  return isAccent ? { ...colors, color: 'var(--w-accent-strong)' } : colors;
};

export const theme = createTheme({
  variantColorResolver: variantColors,
  primaryColor: 'copper',
  primaryShade: { light: 7, dark: 4 },
  colors: { copper, dark, gray },
  fontFamily:
    "Inter, -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Cantarell, Ubuntu, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', 'Liberation Mono', Menlo, monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
});

/** Mantine's own surfaces and texts, taken from theme.css. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--w-page)',
    '--mantine-color-text': 'var(--w-text)',
    '--mantine-color-dimmed': 'var(--w-dim)',
    '--mantine-color-default-border': 'var(--w-line)',
    '--mantine-color-default': 'var(--w-surface)',
    '--mantine-color-default-hover': 'var(--w-raised)',
    '--mantine-color-placeholder': 'var(--w-faint)',
    '--mantine-color-error': 'var(--w-bad)',
  };
  return { variables: {}, light: shared, dark: shared };
};
