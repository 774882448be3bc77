"""Stripe's objects with all the fields that Stripe sends at this API version; a test holds them to recorded samples."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

API_VERSION = "2026-10-28.endive"
_ALPHABET = string.ascii_letters + string.digits

CARD: Json = {
    "amount_authorized": 0,
    "authorization_code": "123456",
    "brand": "visa",
    "checks": {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"},
    "country": "US",
    "exp_month": 8,
    "exp_year": 2030,
    "extended_authorization": {"status": "disabled"},
    "fingerprint": "LyceumTwinCard00",
    "funding": "credit",
    "incremental_authorization": {"status": "unavailable"},
    "installments": None,
    "last4": "4242",
    "mandate": None,
    "multicapture": {"status": "unavailable"},
    "network": "visa",
    "network_token": {"used": False},
    "network_transaction_id": "104102978678771",
    "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
    "regulated_status": "unregulated",
    "three_d_secure": None,
    "transaction_link_id": None,
    "wallet": None,
}
DECLINED: Json = {
    "advice_code": "try_again_later",
    "code": "card_declined",
    "decline_code": "generic_decline",
    "doc_url": "https://stripe.com/docs/error-codes/card-declined",
    "message": "Your card was declined.",
    "network_decline_code": "01",
    "type": "card_error",
}


def new_id(prefix: str, letters: int = 24) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(letters))


def nulls(names: str) -> Json:
    """Fields that are there and say nothing."""
    return dict.fromkeys(names.split())


def _person(email: str | None, name: str | None) -> Json:
    address = nulls("city country line1 line2 postal_code state")
    return {"address": address, "email": email, "name": name, "phone": None}


def checkout_session(
    *,
    created: int,
    expires_at: int,
    amount: int,
    currency: str,
    metadata: Mapping[str, str],
    success_url: str,
    cancel_url: str | None,
    client_reference_id: str | None,
    email: str | None,
    promotion_codes: bool,
    automatic_tax: bool,
) -> Json:
    return {
        **nulls(
            "after_expiration allowed_payment_method_types billing_address_collection branding_settings client_secret"
            " collected_information consent consent_collection currency_conversion customer customer_account"
            " customer_details integration_identifier invoice locale origin_context payment_intent payment_link"
            " permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection"
            " shipping_cost submit_type subscription url wallet_options"
        ),
        "id": new_id("cs_test_a1", 56),
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": True},
        "allow_promotion_codes": promotion_codes or None,
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {
            "enabled": automatic_tax,
            "liability": {"type": "self"} if automatic_tax else None,
            "provider": "stripe" if automatic_tax else None,
            "status": "requires_location_inputs" if automatic_tax else None,
        },
        "cancel_url": cancel_url,
        "client_reference_id": client_reference_id,
        "created": created,
        "currency": currency,
        "custom_fields": [],
        "custom_text": nulls("after_submit shipping_address submit terms_of_service_acceptance"),
        "customer_creation": "if_required",
        "customer_email": email,
        "discounts": [],
        "expires_at": expires_at,
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                **nulls("account_tax_ids custom_fields description footer issuer rendering_options"),
                "metadata": {},
            },
        },
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": dict(metadata),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": {"id": "pmc_LyceumTwin", "parent": None},
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "success_url": success_url,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def customer_details(email: str | None) -> Json:
    """What the page asked for, as a completed session shows it."""
    person = _person(email, "Twin Buyer")
    return {**person, "business_name": None, "individual_name": None, "tax_exempt": "none", "tax_ids": []}


def payment_intent(*, created: int, amount: int, currency: str, metadata: Mapping[str, str]) -> Json:
    intent_id = new_id("pi_3")
    return {
        **nulls(
            "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer"
            " customer_account description excluded_payment_method_types last_payment_error latest_charge"
            " managed_payments next_action on_behalf_of payment_method payment_method_configuration_details processing"
            " receipt_email review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix"
            " transfer_data transfer_group"
        ),
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_twin",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": dict(metadata),
        "payment_method_options": {
            "card": {**nulls("installments mandate_options network"), "request_three_d_secure": "automatic"}
        },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge(intent: Json, *, created: int, email: str | None, status: str) -> Json:
    """`status`: succeeded, pending, failed."""
    amount = intent["amount"]
    failed = status == "failed"
    card = {
        **CARD,
        "amount_authorized": amount,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
    }
    return {
        **nulls(
            "application application_fee application_fee_amount customer description failure_balance_transaction"
            " on_behalf_of receipt_number review shipping source_transfer statement_descriptor"
            " statement_descriptor_suffix transfer_data transfer_group"
        ),
        "id": new_id("ch_3"),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if status == "succeeded" else 0,
        "amount_refunded": 0,
        "balance_transaction": new_id("txn_3") if status == "succeeded" else None,
        "billing_details": {**_person(email, "Twin Buyer"), "tax_id": None},
        "calculated_statement_descriptor": "LYCEUM TWIN",
        "captured": status == "succeeded",
        "created": created,
        "currency": intent["currency"],
        "disputed": False,
        "failure_code": DECLINED["code"] if failed else None,
        "failure_message": DECLINED["message"] if failed else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": {
            "advice_code": DECLINED["advice_code"] if failed else None,
            "network_advice_code": None,
            "network_decline_code": DECLINED["network_decline_code"] if failed else None,
            "network_status": "declined_by_network" if failed else "approved_by_network",
            "reason": DECLINED["decline_code"] if failed else None,
            "risk_level": "normal",
            "risk_score": 12,
            "seller_message": DECLINED["message"] if failed else "Payment complete.",
            "type": "issuer_declined" if failed else "authorized",
        },
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": new_id("pm_1"),
        "payment_method_details": {"card": card, "type": "card"},
        "receipt_email": email,
        "receipt_url": None if failed else "https://pay.stripe.com/receipts/payment/TWIN",
        "refunded": False,
        "status": status,
    }


def refund(paid: Json, *, created: int, amount: int, reason: str | None, metadata: Mapping[str, str]) -> Json:
    return {
        **nulls(
            "customer customer_account payment_method pending_reason receipt_number source_transfer_reversal"
            " transfer_reversal"
        ),
        "id": new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn_3"),
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "destination_details": {
            "card": {
                "reference": None,
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": dict(metadata),
        "payment_intent": paid["payment_intent"],
        "reason": reason,
        "status": "succeeded",
    }


def dispute(paid: Json, *, created: int) -> Json:
    evidence = nulls(
        "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal"
        " customer_communication customer_email_address customer_name customer_purchase_ip customer_signature"
        " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt"
        " refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
        " shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
        " uncategorized_file uncategorized_text"
    )
    return {
        "id": new_id("du_1"),
        "object": "dispute",
        "amount": paid["amount"],
        "balance_transactions": [],
        "charge": paid["id"],
        "created": created,
        "currency": paid["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**evidence, "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + 9 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }


def event(kind: str, subject: Json, *, created: int, previous: Json | None, key: str | None) -> Json:
    """An event about `subject` as it is now; `key` is the idempotency key of the call that caused it, if one did."""
    data: Json = {"object": subject}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": new_id("evt_1"),
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": new_id("req_", 14) if key else None, "idempotency_key": key},
        "type": kind,
    }
