"""The options of curl (`curl --help all`, 7.29 to 8.17) and wget (GNU Wget manual) and whether they take a value."""

from __future__ import annotations

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
