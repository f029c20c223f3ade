#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The session that PROTOCOL.md shows is, byte for byte, the one that takes place.
# Each side's frames are compared: which side's comes first is a matter of time
# where nobody waits.
. "${srcdir:-.}/tests/functions.sh"
perl=${PERL:-perl}
requires "$perl"
: "${builddir:=.}"

"$builddir/tests/docs/example-session" "$T/socket" >"$T/real" 2>"$T/log" ||
	fail "the session did not end well: $(cat "$T/log")"
# shellcheck disable=SC2016 # these are no command substitutions
sed -n '/^## 13 /,$p' "$srcdir/PROTOCOL.md" |
	sed -n '/^```/,/^```/p' | sed '/^```/d' >"$T/page"
[ -s "$T/page" ] || fail "PROTOCOL.md shows no session"

# Frames as one line each: "C" or "S", then bytes; "+N" skips N bytes.
cat >"$T/lines.pl" <<'EOF'
my ($frame, @frames);
while (<>) {
	s/;.*//;
	if (/^([CS])\b/) { push @frames, $1; next; }
	$frames[-1] .= " $_" for split;
}
print "$_\n" for @frames;
EOF
"$perl" "$T/lines.pl" "$T/real" >"$T/real.lines"
"$perl" "$T/lines.pl" "$T/page" >"$T/page.lines"
cat >"$T/compare.pl" <<'EOF'
my ($page, $real) = @ARGV;
sub frames {
	open my $f, '<', $_[0] or die;
	my %side;
	while (<$f>) { my ($s, @b) = split; push @{ $side{$s} }, [@b]; }
	return %side;
}
my %p = frames($page);
my %r = frames($real);
my $bytes = 0;
for my $s (qw(C S)) {
	die "$s: " . @{ $p{$s} } . " frames in PROTOCOL.md, "
		. @{ $r{$s} } . " in reality\n" if @{ $p{$s} } != @{ $r{$s} };
	for my $n (0 .. $#{ $p{$s} }) {
		my @want = @{ $p{$s}[$n] };
		my @have = @{ $r{$s}[$n] };
		my $at = 0;
		for my $w (@want) {
			if ($w =~ /^\+(\d+)$/) { $at += $1; next; }
			die "$s frame $n byte $at: $w in PROTOCOL.md, "
				. ($have[$at] // 'nothing') . " in reality\n"
				if $w ne ($have[$at] // '');
			$at++;
			$bytes++;
		}
		die "$s frame $n: $at bytes in PROTOCOL.md, " . @have
			. " in reality\n" if $at != @have;
	}
}
die "only $bytes bytes were compared\n" if $bytes < 1500;
print "$bytes bytes are the same\n";
EOF
"$perl" "$T/compare.pl" "$T/page.lines" "$T/real.lines" ||
	fail "PROTOCOL.md and the session differ"
