#!/usr/bin/perl
# What the tests find in their Request Tracker: two queues, the agents of both teams with one token
# each, and, through deploy/rt/install.pl as anyone would run it, what overflow needs.
# Prints one JSON object: login -> token.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use JSON;
use RT -init;

my ($installer) = @ARGV;
my $system = RT->SystemUser;
my %AGENTS = (
    inhouse => [qw(agent-in agent-in2)],
    partner => [qw(agent-pt agent-pt2)],
);
my @SEE  = qw(SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail SeeCustomField);
my @WORK = qw(CreateTicket ModifyTicket OwnTicket TakeTicket StealTicket ReassignTicket
    CommentOnTicket ReplyToTicket DeleteTicket ModifyCustomField SetInitialCustomField);

sub must {
    my ( $ok, $message, $what ) = @_;
    die "$what: $message\n" unless $ok;
    return $ok;
}

sub grant {
    my ( $who, $object, @rights ) = @_;
    for my $right (@rights) {
        must( $who->PrincipalObj->GrantRight( Right => $right, Object => $object ), $right );
    }
}

sub token {
    my $user = shift;
    my ( $ok, $message, $token )
        = RT::AuthToken->new($system)->Create( Owner => $user->Id, Description => 'tests' );
    must( $ok, $message, 'token' );
    return $token;
}

my ( %queue, %group, %token );
for my $name ( sort keys %AGENTS ) {
    $queue{$name} = RT::Queue->new($system);
    must( $queue{$name}->Create( Name => $name, CorrespondAddress => "$name\@shop.example" ), $name );
    $group{$name} = RT::Group->new($system);
    must( $group{$name}->CreateUserDefinedGroup( Name => $name ), "group $name" );
    for my $login ( @{ $AGENTS{$name} } ) {
        my $user = RT::User->new($system);
        must( $user->Create(
                Name         => $login,
                EmailAddress => "$login\@shop.example",
                Password     => "pw-$login-1",
                Privileged   => 1
            ), $login );
        must( $group{$name}->AddMember( $user->PrincipalId ), "$login in $name" );
        $token{$login} = token($user);
    }
}
grant( $group{inhouse}, $queue{inhouse}, @SEE, @WORK );
grant( $group{inhouse}, $queue{partner}, @SEE, qw(CreateTicket ModifyTicket CommentOnTicket) );
grant( $group{partner}, $queue{partner}, @SEE, @WORK );
grant( $group{partner}, $queue{inhouse}, qw(SeeQueue CreateTicket) );

# A queue that the service may not see, and one with a lifecycle of its own.
for my $name (qw(elsewhere parcels)) {
    my $queue = RT::Queue->new($system);
    my $lifecycle = $name eq 'parcels' ? 'parcels' : 'default';
    must( $queue->Create( Name => $name, Lifecycle => $lifecycle ), $name );
    grant( $group{inhouse}, $queue, @SEE, @WORK );
    $queue{$name} = $queue if $name eq 'parcels';
}

open my $output, '-|', $^X, $installer, '--token', map { ( '--queue', $_ ) } sort keys %queue
    or die "$installer: $!\n";
my ($service) = map {/^token: (\S+)/} <$output>;
close $output or die "$installer failed\n";
$token{'svc-overflow'} = $service // die "$installer printed no token\n";
print JSON->new->canonical->encode( \%token ), "\n";
