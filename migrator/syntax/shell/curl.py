"""The command line of curl or wget as options with values, each with the place of the option and of the value.

Sources: `curl --help all`, 7.29 to 8.17, and the GNU Wget manual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.syntax.shell.types import Word


_CURL_WITH_VALUE = """
    abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
    continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode
    delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-ca-embed dump-header ech egd-file
    engine etag-compare etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method
    ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5 hostpubsha256 hsts
    interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port
    login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer
    output output-dir parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-default
    proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header
    proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype
    proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote postquote prequote random-file range rate referer
    request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a
    socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond
    tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file
    upload-flags url url-query user user-agent variable vlan-priority write-out
"""
CURL_WITH_VALUE = frozenset(_CURL_WITH_VALUE.split())
_CURL_FLAGS = """
    anyauth append basic ca-native cert-status compressed compressed-ssh create-dirs crlf digest disable disable-eprt
    disable-epsv disallow-username-in-url doh-cert-status doh-insecure eprt epsv fail fail-early fail-with-body
    false-start follow form-escape ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl ftp-ssl-ccc
    ftp-ssl-control ftp-ssl-reqd get globoff haproxy-protocol head help http0.9 http1.0 http1.1 http2
    http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6 junk-session-cookies
    keepalive list-only location location-trusted mail-rcpt-allowfails manual metalink mptcp negotiate netrc
    netrc-optional next no-buffer buffer npn ntlm ntlm-wb parallel parallel-immediate path-as-is post301
    post302 post303 progress-bar progress-meter proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2
    proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel
    raw remote-header-name remote-name remote-name-all remote-time remove-on-error retry-all-errors
    retry-connrefused sasl-ir sessionid show-error show-headers silent skip-existing socks5-basic socks5-gssapi
    socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort
    ssl-sessions sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options
    tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version
    xattr alpn clobber
"""
CURL_FLAGS = frozenset(_CURL_FLAGS.split())
CURL_SHORT = {
    "E": "cert", "K": "config", "C": "continue-at", "b": "cookie", "c": "cookie-jar", "d": "data", "D": "dump-header",
    "F": "form", "P": "ftp-port", "H": "header", "h": "help", "m": "max-time", "o": "output", "U": "proxy-user",
    "Q": "quote", "r": "range", "e": "referer", "X": "request", "Y": "speed-limit", "y": "speed-time",
    "t": "telnet-option", "z": "time-cond", "T": "upload-file", "u": "user", "A": "user-agent", "w": "write-out",
    "x": "proxy", "a": "append", "q": "disable", "f": "fail", "G": "get", "g": "globoff", "I": "head",
    "0": "http1.0", "i": "include", "k": "insecure", "4": "ipv4", "6": "ipv6", "j": "junk-session-cookies",
    "l": "list-only", "L": "location", "M": "manual", "n": "netrc", ":": "next", "N": "no-buffer", "Z": "parallel",
    "#": "progress-bar", "p": "proxytunnel", "J": "remote-header-name", "O": "remote-name", "R": "remote-time",
    "S": "show-error", "s": "silent", "2": "sslv2", "3": "sslv3", "1": "tlsv1", "B": "use-ascii", "v": "verbose",
    "V": "version",
}  # fmt: skip

_WGET_WITH_VALUE = """
    execute output-file append-output input-file base config rejected-log bind-address tries output-document
    start-pos progress timeout dns-timeout connect-timeout read-timeout wait waitretry quota
    limit-rate local-encoding remote-encoding user password use-askpass prefer-family restrict-file-names
    directory-prefix cut-dirs default-page http-user http-password proxy-user proxy-password header max-redirect
    referer user-agent load-cookies save-cookies post-data post-file method body-data body-file compression
    secure-protocol certificate certificate-type private-key private-key-type ca-certificate ca-directory
    crl-file pinnedpubkey random-file egd-file ciphers hsts-file ftp-user ftp-password level accept
    reject accept-regex reject-regex regex-type domains exclude-domains follow-tags ignore-tags include-directories
    exclude-directories report-speed bind-dns-address dns-servers warc-file warc-header warc-max-size warc-dedup
    warc-tempdir retry-on-http-error
"""
WGET_WITH_VALUE = frozenset(_WGET_WITH_VALUE.split())
WGET_SHORT = {
    "e": "execute", "o": "output-file", "a": "append-output", "i": "input-file", "B": "base", "t": "tries",
    "O": "output-document", "T": "timeout", "w": "wait", "Q": "quota", "P": "directory-prefix", "U": "user-agent",
    "l": "level", "A": "accept", "R": "reject", "D": "domains", "I": "include-directories",
    "X": "exclude-directories",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShellArgument:
    """One argument of a command. `source` is the word of the command that it comes out of, when it is not that word.

    `indirect`: it cannot be edited where it stands; `condition`: the variable that must hold something for it to be
    given at all, with a colon (`${V:+…}`), or just be set (`${V+…}`). `statement` is the one that gives it under the
    condition, and nothing else.
    """

    word: Word
    source: Word | None = None
    indirect: bool = False
    condition: str | None = None
    statement: Span | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One option or bare argument; `name` is the long name without dashes, `url` for a bare argument.

    `span` goes from the dash (inside a cluster of short options: from the letter) to the end of the value.
    `source`, `indirect`, `condition` and `statement` are those of its argument.
    """

    name: str
    span: Span
    value: Word | None = None
    short: bool = False
    clustered: bool = False
    bare: bool = False
    equals: bool = False
    source: Word | None = None
    indirect: bool = False
    condition: str | None = None
    statement: Span | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A curl or wget command: the program's word, its options in order, and option names that are not known."""

    program: Word
    wget: bool
    options: tuple[Option, ...]
    unknown: tuple[str, ...] = ()

    def all(self, *names: str) -> tuple[Option, ...]:
        """The options with one of the names, in order."""
        return tuple(option for option in self.options if option.name in names)

    def last(self, *names: str) -> Option | None:
        """The last option with one of the names: the one that counts."""
        found = self.all(*names)
        return found[-1] if found else None

    def has(self, flag: str) -> bool:
        """Whether the flag is on: `--flag`, and no `--no-flag` behind it."""
        last = self.last(flag, f"no-{flag}")
        return last is not None and last.name == flag


def parse_curl(program: Word, arguments: Sequence[ShellArgument]) -> Invocation:
    """Read curl's arguments. Raises LexError when an escape splits an option."""
    reader = _Reader(CURL_SHORT, CURL_WITH_VALUE, CURL_FLAGS)
    return Invocation(program, False, tuple(reader.read(arguments)), tuple(reader.unknown))


def parse_wget(program: Word, arguments: Sequence[ShellArgument]) -> Invocation:
    """Read wget's arguments, as `parse_curl` does."""
    reader = _Reader(WGET_SHORT, WGET_WITH_VALUE, None)
    return Invocation(program, True, tuple(reader.read(arguments)), tuple(reader.unknown))


class _Reader:
    """Walks over arguments. `flags` are the options without a value, or None when every other name is one."""

    def __init__(self, short: Mapping[str, str], valued: frozenset[str], flags: frozenset[str] | None) -> None:
        self.short = short
        self.valued = valued
        self.flags = flags
        self.unknown: list[str] = []

    def read(self, arguments: Sequence[ShellArgument]) -> Iterator[Option]:
        queue = list(arguments)
        bare_only = False
        while queue:
            given = queue.pop(0)
            text = given.word.lead
            if bare_only or not text.startswith("-") or given.word.static == "-":
                yield _of(given, Option("url", given.word.span, given.word, bare=True))
            elif given.word.static == "--":
                bare_only = True
            elif text.startswith("--"):
                yield self._long(given, queue)
            else:
                yield from self._cluster(given, queue)

    def _long(self, given: ShellArgument, queue: list[ShellArgument]) -> Option:
        word = given.word
        written, equals, _ = word.lead[2:].partition("=")
        name = self._full(written)
        if equals:
            return _of(given, Option(name, word.span, word.after(len(written) + 3), equals=True))
        if name in self.valued and not queue and self.flags is not None:
            self.unknown.append(f"--{name} without its value")
        if name not in self.valued or not queue:
            return _of(given, Option(name, word.span))
        return _with_value(given, queue.pop(0), Option(name, word.span))

    def _full(self, name: str) -> str:
        """The whole name of an option that is cut short: curl and getopt accept any beginning that only one has."""
        known = self.valued | (self.flags or frozenset())
        if name in known or name.removeprefix("no-") in known:
            return name
        longer = [option for option in known if option.startswith(name)]
        if len(longer) == 1:
            return longer[0]
        if self.flags is not None:
            self.unknown.append("--" + name)
        return name

    def _cluster(self, given: ShellArgument, queue: list[ShellArgument]) -> Iterator[Option]:
        word = given.word
        letters = word.lead[1:]
        for index, letter in enumerate(letters):
            name = self.short.get(letter)
            place = word.after(index + 1).span
            start = word.span.start if index == 0 else place.start
            if name is None or name not in self.valued:
                if name is None and self.flags is not None:
                    self.unknown.append("-" + letter)
                yield _of(given, Option(name or letter, Span(start, place.start + 1), None, True, index > 0))
                continue
            rest = word.after(index + 2)
            if rest.pieces or rest.quoted:
                yield _of(given, Option(name, Span(start, word.span.end), rest, True, index > 0))
            elif queue:
                yield _with_value(given, queue.pop(0), Option(name, Span(start, word.span.end), None, True, index > 0))
            elif self.flags is not None:  # more follows, as npm puts it there
                self.unknown.append(f"-{letter} without its value")
            return


def _of(given: ShellArgument, option: Option) -> Option:
    made = replace(option, source=given.source, indirect=given.indirect, condition=given.condition)
    return replace(made, statement=given.statement)


def _with_value(given: ShellArgument, value: ShellArgument, option: Option) -> Option:
    """The option with the argument behind it as its value; where they stand apart, neither can be edited."""
    apart = given.source is not value.source or given.word.use != value.word.use or given.condition != value.condition
    apart = apart or given.statement != value.statement
    end = option.span.end if apart else value.word.span.end
    indirect = given.indirect or value.indirect or apart
    made = replace(option, span=Span(option.span.start, end), value=value.word, source=given.source)
    condition, statement = given.condition or value.condition, given.statement or value.statement
    return replace(made, indirect=indirect, condition=condition, statement=statement)


def is_program(word: Word, name: str) -> bool:
    """Whether the word runs the program, by name or by path."""
    text = word.static
    return text is not None and text.rpartition("/")[2].removesuffix(".exe") == name
