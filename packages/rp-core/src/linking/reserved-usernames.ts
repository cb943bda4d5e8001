// Names that no local user gets from a sign-in, in any application: one of them reserves it, or people would take its
// bearer for the organisation. One list for all, so that a person is not `support` here and somebody else there.

const discourse = `
  admin moderator administrator mod sys system community info you name username user nickname discourse
  discourseorg discourseforum support all here discobot admins moderators staff everyone trustlevel0 trustlevel1
  trustlevel2 trustlevel3 trustlevel4
`;

const mediaWiki = `
  mediawikidefault conversionscript maintenancescript templatenamespaceinitialisationscript scriptimporter
  deletepagescript movepagescript commandlinescript unknownuser mediawiki redirectfixer doubleredirectfixer
  mediawikimessagedelivery usermessageeditor proxyblocker dnsbl sorbs spambot spamcleanup mediawikispamcleanup
  autochange automaticchange abusefilter mediawikiautomaticchange
`;

const wordPress = `
  www web root main invite wordpress superadmin editor author contributor subscriber files page comments blog
  feed wpadmin wpcontent wpincludes wpjson embed
`;

const others = `
  abuse hostmaster postmaster webmaster security noreply mailerdaemon daemon nobody anonymous guest deleted
  deleteduser helpdesk help official operator owner service sysop superuser team null nil none undefined true
  false unknown api login logout settings account latchkey
`;

const reserved: ReadonlySet<string> = new Set(`${discourse}${mediaWiki}${wordPress}${others}`.trim().split(/\s+/));

/** @param letters the name in lower-case ASCII letters and digits alone; so `Web-Master` is as reserved as `webmaster` */
export const isReservedUsername = (letters: string): boolean => reserved.has(letters);
