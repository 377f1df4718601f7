#!/usr/bin/perl
# Prepares a Request Tracker 5 for overflow, and may be run again at any time: it adds what is
# missing and brings the webhook's code up to date. Run it on the RT server as the user RT runs as.
#
#   perl install.pl --user svc-overflow --queue support --queue partner-north
#
# For the named queues it makes sure of
#   the custom fields Channel, Language, Tags and OverflowReason (global; existing ones are kept),
#   a privileged user with exactly the rights that overflow needs, reading dates in UTC,
#   the scrip that posts the webhook.
# With --token it also makes an auth token for that user and prints it, once.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib', '/opt/rt5/lib';
use File::Basename qw(dirname);
use Getopt::Long;

my ( $login, @queues, $wants_token ) = ('svc-overflow');
GetOptions( 'user=s' => \$login, 'queue=s' => \@queues, 'token' => \$wants_token )
    && @queues
    or die "usage: install.pl [--user NAME] [--token] --queue NAME [--queue NAME ...]\n";

require RT;
RT->import('-init');
my $system = RT->SystemUser;

my @CHANNELS = qw(phone email form chat video whatsapp messenger facebook instagram x);
my @FIELDS   = (
    [ 'Channel',        'SelectSingle', @CHANNELS ],
    [ 'Language',       'FreeformSingle' ],
    [ 'Tags',           'FreeformMultiple' ],
    [ 'OverflowReason', 'FreeformSingle' ],
);
my @GLOBAL_RIGHTS = qw(SeeCustomField ModifyCustomField SetInitialCustomField);
my @QUEUE_RIGHTS  = qw(
    SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail CreateTicket ModifyTicket
    ReassignTicket OwnTicket CommentOnTicket ReplyToTicket
);

sub must {
    my ( $ok, $message, $what ) = @_;
    die "$what: $message\n" unless $ok;
    return $ok;
}

sub field {
    my ( $name, $type, @values ) = @_;
    my $field = RT::CustomField->new($system);
    $field->LoadByName( Name => $name, LookupType => 'RT::Queue-RT::Ticket', ObjectId => 0 );
    unless ( $field->Id ) {
        must( $field->Create(
                Name => $name, Type => $type, LookupType => 'RT::Queue-RT::Ticket', Queue => 0
            ), "custom field $name" );
        print "made custom field $name\n";
    }
    my %has = map { $_->Name => 1 } @{ $field->Values->ItemsArrayRef };
    for my $value ( grep { !$has{$_} } @values ) {
        must( $field->AddValue( Name => $value ), "value $value of $name" );
    }
}

sub user {
    my $user = RT::User->new($system);
    $user->Load($login);
    unless ( $user->Id ) {
        must( $user->Create( Name => $login, Privileged => 1 ), "user $login" );
        print "made user $login\n";
    }
    # Queries name times without a zone: RT reads them in the zone of the user who asks.
    my ( $ok, $message ) = $user->SetTimezone('UTC') if ( $user->Timezone || '' ) ne 'UTC';
    must( $ok, $message, 'time zone' ) if defined $ok;
    return $user;
}

sub grant {
    my ( $user, $object, @rights ) = @_;
    for my $right (@rights) {
        next if $user->PrincipalObj->HasRight( Right => $right, Object => $object );
        must( $user->PrincipalObj->GrantRight( Right => $right, Object => $object ),
            "right $right" );
    }
}

sub scrip {
    my $file = dirname(__FILE__) . '/webhook.pl';
    open my $handle, '<', $file or die "$file: $!\n";
    my $code   = do { local $/; <$handle> };
    my $scrips = RT::Scrips->new($system);
    $scrips->Limit( FIELD => 'Description', VALUE => 'Overflow webhook' );
    if ( my $scrip = $scrips->First ) {
        return if $scrip->CustomCommitCode eq $code;
        must( $scrip->SetCustomCommitCode($code), 'scrip' );
        print "brought the scrip up to date\n";
        return;
    }
    must( RT::Scrip->new($system)->Create(
            Description       => 'Overflow webhook',
            Queue             => 0,
            ScripCondition    => 'On Transaction',
            ScripAction       => 'User Defined',
            Template          => 'Blank',
            Stage             => 'TransactionBatch',
            CustomPrepareCode => 'return 1;',
            CustomCommitCode  => $code,
        ), 'scrip' );
    print "made the scrip\n";
}

field(@$_) for @FIELDS;
my $user = user();
grant( $user, RT->System, @GLOBAL_RIGHTS );
for my $name (@queues) {
    my $queue = RT::Queue->new($system);
    $queue->Load($name);
    $queue->Id or die "there is no queue $name\n";
    grant( $user, $queue, @QUEUE_RIGHTS );
}
scrip();

if ($wants_token) {
    my ( $ok, $message, $token )
        = RT::AuthToken->new($system)->Create( Owner => $user->Id, Description => 'overflow' );
    must( $ok, $message, 'token' );
    print "token: $token\n";
}
