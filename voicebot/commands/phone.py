"""Softphones: `voicebot phone add|list|remove`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_business
from voicebot.settings import Settings, in_url
from voicebot.stack import asterisk_console, phones
from voicebot.stack.asterisk_config import install_phones
from voicebot.stack.paths import StackPaths

phone_app = typer.Typer(no_args_is_help=True, help="Accounts for softphones.")

_Name = Annotated[str, typer.Argument(help="Small letters and digits, a letter first.")]


@phone_app.command("add")
def add(
    name: _Name,
    network: Annotated[
        list[str] | None,
        typer.Option(help="May call from here, such as 192.168.1.0/24; repeat for more."),
    ] = None,
    encrypted: Annotated[
        bool, typer.Option(help="SIP over TLS and encrypted audio (SRTP), or no call.")
    ] = False,
    may_transfer: Annotated[
        bool, typer.Option(help="May send the agent elsewhere among the numbers it may dial.")
    ] = False,
) -> None:
    """Makes an account that may call the business's numbers; this machine only, by default."""
    settings = Settings.load()
    networks = phones.LOOPBACK_NETWORKS if network is None else network
    phone = phones.add_phone(
        settings, name, networks, is_encrypted=encrypted, may_refer=may_transfer
    )
    host = in_url(settings.sip_address_v6 if phone.is_ipv6 else settings.sip_address)
    server = (
        f"{host}:{settings.sip_tls_port} (TLS, SRTP)"
        if phone.is_encrypted
        else f"{host}:{settings.sip_port} (UDP)"
    )
    is_live = _apply(settings)
    dids = load_business(settings.business_file).dids
    details = Table.grid(padding=(0, 2))
    for field, value in (
        ("SIP server", server),
        ("user name", phone.name),
        ("password", phone.password),
        ("call from", ", ".join(phone.networks)),
        ("dial", " or ".join(dids)),
    ):
        details.add_row(field, value)
    console = Console(markup=False, highlight=False)
    console.print(details)
    if not is_live:
        console.print("Asterisk is not running; it will know the phone after `voicebot up`.")
    if unreachable := phones.unreachable_networks(phone.networks, settings.sip_address):
        console.print(
            f"Nobody in {', '.join(unreachable)} can reach Asterisk yet: it listens on "
            f"{settings.sip_address} only. Write VOICEBOT_SIP_ADDRESS=<this machine's address "
            f"in that network> into {settings.state_dir / 'voicebot.env'}, then "
            "`voicebot down` and `voicebot up`."
        )


@phone_app.command("list")
def show_all() -> None:
    """Shows all accounts and where they may call from."""
    table = Table("name", "may call from")
    for phone in phones.list_phones(Settings.load()):
        table.add_row(phone.name, ", ".join(phone.networks))
    Console(markup=False, highlight=False).print(table)


@phone_app.command("remove")
def remove(name: _Name) -> None:
    """Takes an account away; a call that it holds goes on."""
    settings = Settings.load()
    phones.remove_phone(settings, name)
    _apply(settings)


def register(app: typer.Typer) -> None:
    """Puts these commands on the command line."""
    app.add_typer(phone_app, name="phone")


def _apply(settings: Settings) -> bool:
    """Tells a running Asterisk; false when there is none."""
    paths = StackPaths.of(settings)
    if not asterisk_console.is_running(paths):
        return False
    install_phones(settings, paths.asterisk_instance / "etc")
    for module in phones.MODULES_TO_RELOAD:
        asterisk_console.ask(paths, f"module reload {module}")
    return True
