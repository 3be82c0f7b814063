"""Webhooks on this machine: receiving them, telling real ones from forged ones, and handing them on."""
