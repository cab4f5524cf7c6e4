#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
# LWP, as libwww-perl has it.
use strict;
use warnings;
use LWP::UserAgent;

my ($url, $token) = @ENV{"URL", "TOKEN"};
my $agent = LWP::UserAgent->new;
$agent->default_header(Authorization => "Bearer $token") if $token;

sub expect
{
	my ($response, $text) = @_;
	die $response->as_string unless $response->is_success &&
	    index($response->content, $text) >= 0;
}

expect($agent->get("$url/echo?a=1"), '"method": "GET"');
expect($agent->post("$url/echo", Content => "x" x 2000), '"n": 2000');
