"""Payroll and finance exports."""
