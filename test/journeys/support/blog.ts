import type { Page } from 'playwright-core';
import { latchkeyPlugin } from '../../../tools/apps/latchkey-plugin.ts';
import { blog, openWordPress, type WordPress, type WordPressOptions } from '../../../tools/apps/wordpress.ts';
import { wordpressHost, type WordPressHostOptions } from '../../../tools/apps/wordpress-host.ts';
import { signIn } from '../../../tools/stage/sign-in-page.ts';
import { notes, openStage, type Stage, type StageOptions } from '../../../tools/stage/stage.ts';
import { startNotes, type NotesApplication } from './house.ts';

/** The stage with the real WordPress, connected with our plugin, and notes beside it. */
export interface BlogStage extends Stage {
  readonly blog: WordPress;
  readonly notes: NotesApplication;
  readonly clientId: string;
  /** Who signs in at the provider: alice, bert. */
  readonly alice: string;
  readonly bert: string;
  /** Users of the blog with this login or address. */
  users(where?: string): Promise<readonly BlogUser[]>;
  /** Sessions that the plugin knows, by login. */
  sessionsOf(login: string): Promise<number>;
  /** As if so many seconds had passed since the last proof of each session. */
  ageProofs(seconds: number): Promise<void>;
  /** What the plugin, and nobody else, wrote to the error log. */
  faults(): Promise<readonly string[]>;
}

export interface BlogUser {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

export type BlogOptions = WordPressOptions &
  WordPressHostOptions & {
    readonly stage?: StageOptions;
    /** Of the sign-in's addresses: `/latchkey` unless told. */
    readonly folder?: string;
  };

const clientId = 'blog';

export const openBlog = async ({
  stage: stageOptions = {},
  folder = '/latchkey',
  ...options
}: BlogOptions = {}): Promise<BlogStage> => {
  const hosts = { ...stageOptions.hosts, [blog]: wordpressHost(blog, options) };
  const stage = await openStage({ ...stageOptions, hosts });
  try {
    const paths = {
      callback: `${folder}/callback`,
      signedOut: `${folder}/signed-out`,
      backchannelLogout: `${folder}/backchannel`,
    };
    const host = stage.host(blog);
    const more = ['--scope', 'openid profile email groups', '--id-token-alg', 'ES256'];
    const [alice, bert, { clientSecret }] = [
      await stage.provider.addAccount('alice', 'Alice Example'),
      await stage.provider.addAccount('bert', 'Bert Example'),
      await stage.provider.addApplication(clientId, host, paths, ...more),
    ];
    const connection = {
      LATCHKEY_ISSUER: stage.provider.issuer,
      LATCHKEY_CLIENT_ID: clientId,
      LATCHKEY_CLIENT_SECRET: clientSecret,
    };
    const plugins = latchkeyPlugin();
    const settings = { ...connection, ...options.settings };
    const wordpress = await openWordPress(stage, { ...options, plugins, settings });
    const other = await startNotes(stage, 'notes', 'Notes', stage.host(notes));
    const json = async (script: string, ...args: readonly string[]): Promise<unknown> =>
      JSON.parse(await wordpress.php(script, ...args)) as unknown;
    return {
      ...stage,
      blog: wordpress,
      notes: other,
      clientId,
      alice: alice.sub,
      bert: bert.sub,
      users: async (where = '') =>
        (await json(
          `echo json_encode(array_map(fn($u) => ['id' => $u->ID, 'login' => $u->user_login, 'name' => $u->display_name,
            'email' => $u->user_email, 'roles' => array_values($u->roles)],
            array_values(array_filter(get_users(), fn($u) => $arguments[0] === '' || in_array($arguments[0], [$u->user_login, $u->user_email])))));`,
          where,
        )) as readonly BlogUser[],
      sessionsOf: async (login) =>
        Number(
          await wordpress.php(
            `global $wpdb; echo $wpdb->get_var($wpdb->prepare("select count(*) from {$wpdb->prefix}latchkey_sessions
              where user_id = %d", get_user_by('login', $arguments[0])->ID ?? 0));`,
            login,
          ),
        ),
      ageProofs: async (seconds) => {
        await wordpress.php(
          `global $wpdb; $wpdb->query($wpdb->prepare("update {$wpdb->prefix}latchkey_sessions set proved_at = proved_at - %f",
            (float) $arguments[0]));`,
          String(seconds),
        );
      },
      faults: () => wordpress.debugLog('rp-wordpress'),
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
};

/** Clicks the way to the provider on a page of the blog, and signs in there. */
export const signInAtBlog = async (page: Page, { blog: { origin } }: BlogStage, username: string): Promise<void> => {
  await page.goto(`${origin}/wp-login.php`);
  await page.locator('.latchkey-sign-in a').click();
  await signIn(page, username);
  await page.waitForURL((url) => url.origin === origin && !url.pathname.includes('/latchkey/callback'));
};
