"""The codes of ISO 4217 that money can be charged in.

Metals, bond units and the codes for tests and for "no currency" are left out. Source: ISO 4217, list one.
"""

from __future__ import annotations

IN_USE = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
    CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAD XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905 - a list of quoted codes would be five times as long
)
WITHDRAWN = frozenset({"ANG", "BGN", "CUC", "HRK", "SLL", "ZWL"})
"""Withdrawn since 2020: fees of those years may name them."""
KNOWN = sorted(IN_USE | WITHDRAWN)
"""Every code that is taken for a currency, in capitals as the standard writes them."""
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = dict.fromkeys(_NO_DIGITS.split(), 0) | dict.fromkeys(_THREE_DIGITS.split(), 3) | {"CLF": 4}


def minor_digits(currency: str | None) -> int:
    """How many digits the minor unit of a currency takes: two, but for those of which ISO 4217 says otherwise."""
    return _DIGITS.get(currency or "", 2)
