import { MantineProvider } from '@mantine/core';
import { AppContext } from './appContext.ts';
import { Shell } from './shell/Shell.tsx';
import type { App } from './store/app.ts';
import { cssVariables, theme } from './theme/theme.ts';

/** The server puts the page's style nonce where Vite documents it. */
const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

/** The whole page over an application that is already made. */
export function Page({ app }: { readonly app: App }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <AppContext value={app}>
        <Shell />
      </AppContext>
    </MantineProvider>
  );
}
