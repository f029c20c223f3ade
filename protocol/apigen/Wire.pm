# SPDX-License-Identifier: Apache-2.0
# Writes the encoding of every message: a structure for the request, one for the
# reply, and functions that put and get them. Both sides use the same.
package Wire;
use strict;
use warnings;
use Text;

my %c = (u8 => 'uint8_t', u16 => 'uint16_t', u32 => 'uint32_t',
	i32 => 'int32_t', u64 => 'uint64_t', f32 => 'float');
my %size = (u8 => 1, u16 => 2, u32 => 4, i32 => 4, u64 => 8, f32 => 4);

sub messages {
	return grep { $_->{mode} eq 'call' || $_->{mode} eq 'post' }
		@{ $_[0]{entries} };
}

# How a field travels: a wire type, "bytes", "cstr" or "bulk".
sub form {
	my ($p) = @_;
	return 'bulk' if $p->{shape}{bulk};
	return 'cstr' if $p->{shape}{cstr};
	return 'bytes' if $p->{shape}{bytes};
	return 'u64' if $p->{shape}{new};
	return $p->{info}{wire};
}

sub length_name {
	my ($p) = @_;
	return $p->{length} ? $p->{length}{name} : "$p->{name}_size";
}

sub member {
	my ($p) = @_;
	my $f = form($p);
	return "\tconst char *$p->{name};\n" if $f eq 'cstr';
	return "\tconst void *$p->{name};\n\tuint32_t " . length_name($p) . ";\n"
		if $f =~ /^(bytes|bulk)$/;
	return "\t$c{$f} $p->{name};\n";
}

sub put {
	my ($p) = @_;
	my $f = form($p);
	return "\trgpu_put_bulk_head(e, a->" . length_name($p) . ");\n"
		if $f eq 'bulk';
	return "\trgpu_put_bytes(e, a->$p->{name}, a->" . length_name($p) . ");\n"
		if $f eq 'bytes';
	return "\trgpu_put_$f(e, a->$p->{name});\n";
}

sub get {
	my ($p) = @_;
	my $f = form($p);
	return "\ta->$p->{name} = rgpu_get_bytes(d, &a->" . length_name($p)
		. ");\n" if $f =~ /^(bytes|bulk)$/;
	return "\ta->$p->{name} = rgpu_get_$f(d);\n";
}

# The most that the encoding takes: each number may need a gap before it.
sub bound {
	my (@fields) = @_;
	my ($fixed, @more) = (0);
	for my $p (@fields) {
		my $f = form($p);
		if ($f =~ /^(bytes|bulk|cstr)$/) {
			$fixed += 16;
			push @more, $f eq 'bytes' ? 'a->' . length_name($p)
				: $f eq 'cstr' ? "strlen(a->$p->{name}) + 1" : ();
		} else {
			$fixed += 2 * $size{$f} - 1;
		}
	}
	return join ' + ', ($fixed + 8) & ~7, @more;
}

sub functions {
	my ($name, @f) = @_;
	my $unused = @f ? '' : ' RGPU_UNUSED';
	my $bound = bound(@f);
	my $uses = $bound =~ /a->/ ? '' : ' RGPU_UNUSED';
	return "struct rgpu_$name {\n" . join('', map { member($_) } @f)
		. (@f ? '' : "\tchar none;\n") . "};\n\n"
		. "static inline size_t\nrgpu_size_$name("
		. "const struct rgpu_$name *a$uses)\n{\n\treturn $bound;\n}\n\n"
		. "static inline void\nrgpu_put_$name(struct rgpu_enc *e$unused, "
		. "const struct rgpu_$name *a$unused)\n{\n"
		. join('', map { put($_) } @f) . "}\n\n"
		. "static inline int\nrgpu_get_$name(struct rgpu_dec *d, "
		. "struct rgpu_$name *a)\n{\n"
		. (@f ? '' : "\ta->none = 0;\n")
		. join('', map { get($_) } @f) . "\treturn rgpu_dec_end(d);\n}\n\n";
}

sub header {
	my ($spec) = @_;
	my $o = Text::banner('Requests and replies of every operation.');
	$o .= "#ifndef RGPU_PROTOCOL_WIRE_H\n#define RGPU_PROTOCOL_WIRE_H\n\n"
		. "#include \"protocol/codec.h\"\n\n";
	for my $e (messages($spec)) {
		$o .= functions("args_$e->{name}", @{ $e->{request} });
		$o .= functions("res_$e->{name}", @{ $e->{reply} })
			if @{ $e->{reply} };
	}
	return "$o#endif\n";
}

sub field_text {
	my ($p) = @_;
	my $kind = $p->{info} && $p->{info}{kind} && form($p) eq 'u64'
		? "$p->{info}{kind}-id" : form($p);
	return "$p->{name}:$kind";
}

# One line an operation: a change of the wire is a change of this text.
sub golden {
	my ($spec) = @_;
	my $o = "# Every message on the wire; tests/test-wire-golden.sh compares.\n";
	for my $e (messages($spec)) {
		my @later = grep { $_->{shape}{later} } @{ $e->{params} };
		$o .= join(' ', sprintf('%04x', $e->{num}), $e->{mode}, $e->{name},
			'(' . join(' ', map { field_text($_) } @{ $e->{request} })
				. ')', '->',
			'(' . join(' ', (map { field_text($_) } @{ $e->{reply} }),
				map { "$_->{name}:data" } @later) . ')') . "\n";
	}
	return $o;
}

1;
