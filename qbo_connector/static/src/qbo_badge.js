import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";
import { xml } from "@odoo/owl";

/** The one place that says which state of a record has which colour, in lists, cards, forms and dialogs. */
const COLOURS = {
    synced: "text-bg-success",
    waiting: "text-bg-info",
    changed: "text-bg-warning",
    changed_there: "text-bg-warning",
    variance: "text-bg-warning",
    kept: "text-bg-warning",
    unknown: "text-bg-warning",
    failed: "text-bg-danger",
    blocked: "text-bg-danger",
};

/** How a record stands in QuickBooks, with the reason where the pointer rests. */
export class QboBadgeField extends BadgeField {
    static template = xml`
        <span t-if="props.record.data[props.name]" class="badge rounded-pill" t-att-class="badgeClass"
              t-att-title="props.record.data.qbo_message or null" t-esc="formattedValue"/>`;

    get badgeClass() {
        return COLOURS[this.props.record.data[this.props.name]] || "text-bg-300";
    }
}

registry.category("fields").add("qbo_badge", {
    ...badgeField,
    component: QboBadgeField,
    supportedTypes: ["selection"],
    supportedOptions: [],
    extractProps: () => ({}),
    fieldDependencies: [{ name: "qbo_message", type: "char", readonly: true }],
});
