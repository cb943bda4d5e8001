import type { HostMap, NamedHosts } from '../stage/named-hosts.ts';
import { openMediaWiki, wiki, type MediaWiki, type MediaWikiOptions } from './mediawiki.ts';
import { mediawikiHost } from './mediawiki-host.ts';
import { blog, openWordPress, type WordPress, type WordPressOptions } from './wordpress.ts';
import { wordpressHost, type WordPressHostOptions } from './wordpress-host.ts';

export interface AppsOptions {
  readonly wordpress?: WordPressOptions & WordPressHostOptions;
  readonly mediawiki?: MediaWikiOptions;
}

export interface Apps {
  readonly wordpress: WordPress;
  readonly mediawiki: MediaWiki;
}

/** The hosts with which a stage must be opened for the applications with these options. */
export const hostsOfApps = ({ wordpress = {}, mediawiki = {} }: AppsOptions = {}): HostMap => {
  const [blogHost, wikiHost] = [wordpress.host ?? blog, mediawiki.host ?? wiki];
  return { [blogHost]: wordpressHost(blogHost, wordpress), [wikiHost]: mediawikiHost(wikiHost) };
};

/** Opens the real WordPress and the real MediaWiki on a stage; they end with it. */
export const openApps = async (hosts: NamedHosts, options: AppsOptions = {}): Promise<Apps> => {
  const wordpress = openWordPress(hosts, options.wordpress);
  const mediawiki = openMediaWiki(hosts, options.mediawiki);
  await Promise.allSettled([wordpress, mediawiki]); // one that fails must not leave the other one half way
  return { wordpress: await wordpress, mediawiki: await mediawiki };
};
